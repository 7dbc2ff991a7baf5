package io.governance.boot.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

import io.governance.boot.call.ServiceBreakers;
import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.gray.GrayContext;
import io.governance.gray.GrayRules;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.EndpointHealth;
import io.governance.loadbalancer.Explanation;
import io.governance.loadbalancer.HealthState;
import io.governance.loadbalancer.InstanceStats;
import io.governance.loadbalancer.PickRequest;
import io.governance.loadbalancer.ServiceBalancer;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.registry.ServiceDirectory;
import io.governance.registry.ServiceInstances;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * Shows the services that this application calls: their instances, what is made of each,
 * and, for a sample call, why each was kept or dropped. Changes nothing, but that a
 * sample call moves the position of an algorithm that has one.
 */
@org.springframework.boot.actuate.endpoint.annotation.Endpoint(id = "governanceservices",
		defaultAccess = Access.READ_ONLY)
public final class GovernanceServicesEndpoint {

	private final ServiceDirectory directory;

	private final ServiceBalancers balancers;

	private final ServiceBreakers breakers;

	private final Supplier<GrayRules> rules;

	private final ShownMetadata metadata;

	GovernanceServicesEndpoint(ServiceDirectory directory, ServiceBalancers balancers, ServiceBreakers breakers,
			Supplier<GrayRules> rules, ShownMetadata metadata) {
		this.directory = directory;
		this.balancers = balancers;
		this.breakers = breakers;
		this.rules = rules;
		this.metadata = metadata;
	}

	/**
	 * The services that are known here.
	 * @return each that was called or is known from the start, by name
	 */
	@ReadOperation
	public Report services() {
		Map<String, ServiceBalancer> balancers = this.balancers.balancers();
		Map<String, Integer> held = this.directory.held();
		Map<String, Service> services = new TreeMap<>();
		for (ServiceInstances instances : this.directory.watched()) {
			String name = instances.service();
			services.put(name, describe(instances, held.getOrDefault(name, 0), balancers.get(name)));
		}
		return new Report(services);
	}

	/**
	 * Explains where a sample call would go.
	 * @param service the service
	 * @param lane the lane of the call; by default the one that the gray rules give the
	 * user
	 * @param user who calls
	 * @param key what calls that belong together have in common
	 * @return why each instance was kept or dropped; {@code null} if the service was not
	 * called yet
	 */
	@ReadOperation
	public @Nullable Sample explain(@Selector String service, @Nullable String lane, @Nullable String user,
			@Nullable String key) {
		ServiceBalancer balancer = this.balancers.balancers().get(service);
		if (balancer == null) {
			// Not created: whoever asks must not make this application watch services.
			return null;
		}
		String called = (lane != null) ? lane : laneOf(service, user);
		// As real calls, which tell their key only to an algorithm that looks at it.
		PickRequest request = (key != null && balancer.usesAffinity()) ? PickRequest.withKey(key) : PickRequest.ANY;
		Explanation explanation = balancer.explain(called, request, this.balancers.closed(service));
		return new Sample(service, called, this.breakers.stateOf(service), explanation.destination(),
				explanation.panic(), explanation.preferredShare(), explanation.picked(), explanation.candidates());
	}

	private String laneOf(String service, @Nullable String user) {
		return (user != null) ? this.rules.get().decide(GrayContext.ofUser(user)).lanes().laneFor(service).name()
				: Instance.STABLE;
	}

	private Service describe(ServiceInstances instances, int held, @Nullable ServiceBalancer balancer) {
		Map<String, Endpoint> endpoints = new TreeMap<>();
		if (balancer != null) {
			balancer.endpoints().forEach((endpoint) -> endpoints.put(endpoint.instance().id(), endpoint));
		}
		List<Shown> shown = new ArrayList<>();
		instances.instances().forEach((instance) -> shown.add(describe(instance, endpoints.get(instance.id()))));
		return new Service(instances.known(), instances.connected(), instances.fromDisk() ? "disk" : "backend",
				instances.savedAt(), held, balancer != null, this.breakers.stateOf(instances.service()), shown);
	}

	private Shown describe(Instance instance, @Nullable Endpoint endpoint) {
		return new Shown(instance.id(), instance.host(), instance.port(), instance.secure(), instance.status(),
				instance.weight(), instance.lane(), instance.zone(), instance.version(),
				this.metadata.of(instance.metadata()), (endpoint != null) ? Calls.of(endpoint) : null);
	}

	/**
	 * The services known to an application.
	 *
	 * @param services the services by name
	 */
	public record Report(Map<String, Service> services) {
	}

	/**
	 * A service.
	 *
	 * @param known whether anything is known of it
	 * @param connected whether its backend can be reached; while it cannot, the instances
	 * are the last ones known
	 * @param source where the instances come from: {@code backend} or {@code disk}
	 * @param savedAt when they were saved, if they come from the disk
	 * @param held how many of them the backend lacks, and are kept until it confirms that
	 * they are gone
	 * @param called whether it was called
	 * @param breaker the state of its circuit breaker; {@code null} if it has none
	 * @param instances its instances in the order of their ids
	 */
	public record Service(boolean known, boolean connected, String source, @Nullable Instant savedAt, int held,
			boolean called, @Nullable String breaker, List<Shown> instances) {
	}

	/**
	 * An instance.
	 *
	 * @param id its id
	 * @param host where it is reached
	 * @param port where it is reached
	 * @param secure whether it speaks TLS
	 * @param status its status in the registry
	 * @param weight its weight
	 * @param lane its lane
	 * @param zone its zone
	 * @param version its version
	 * @param metadata what else is told of it, secrets masked
	 * @param calls what this process has seen of it; {@code null} if the service was not
	 * called
	 */
	public record Shown(String id, String host, int port, boolean secure, InstanceStatus status, int weight,
			String lane, String zone, String version, Map<String, @Nullable Object> metadata, @Nullable Calls calls) {
	}

	/**
	 * What a process has seen of an instance.
	 *
	 * @param health what it makes of it
	 * @param reason why, in words; empty if it has no reason
	 * @param ejectedFor how long no calls go to it, if it is ejected
	 * @param ejections how often it was ejected lately
	 * @param picks tries that have ended
	 * @param failed tries that failed
	 * @param inFlight tries under way
	 * @param latency the average time until an answer, the last ones counting most
	 * @param failureScore the share of failures, the last ones counting most, 0 to 1
	 */
	public record Calls(HealthState health, String reason, @Nullable Duration ejectedFor, int ejections, long picks,
			long failed, int inFlight, Duration latency, float failureScore) {

		static Calls of(Endpoint endpoint) {
			EndpointHealth health = endpoint.health();
			InstanceStats stats = endpoint.stats();
			Duration ejected = health.ejectedFor();
			return new Calls(health.state(), health.reason(), ejected.isZero() ? null : ejected, health.ejections(),
					stats.ended(), stats.failed(), stats.inFlight(), Duration.ofNanos((long) stats.latencyNanos()),
					stats.failureScore());
		}

	}

	/**
	 * Where a sample call would go.
	 *
	 * @param service the service
	 * @param lane the lane of the call
	 * @param breaker the state of the circuit breaker of the service, which refuses all
	 * calls while it is open; {@code null} if it has none
	 * @param destination the lane that it goes to by the declared fallbacks; empty for
	 * any, {@code null} if it is refused
	 * @param panic whether all instances of that lane are called, since too few are
	 * usable
	 * @param preferredShare the share of calls for the instances that are kept, and not
	 * for those for spill-over
	 * @param picked the instance that is picked now
	 * @param candidates all instances, and why each was kept or dropped
	 */
	public record Sample(String service, String lane, @Nullable String breaker, @Nullable String destination,
			boolean panic, float preferredShare, @Nullable String picked, List<Explanation.Candidate> candidates) {
	}

}
