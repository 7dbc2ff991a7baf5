package io.governance.boot.loadbalancer;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.governance.Subscription;
import io.governance.boot.discovery.FirstList;
import io.governance.gray.LaneContext;
import io.governance.loadbalancer.ActiveHealthChecks;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.LanePolicy;
import io.governance.loadbalancer.LoadBalancer;
import io.governance.loadbalancer.LoadBalancerSettings;
import io.governance.loadbalancer.PickRequest;
import io.governance.loadbalancer.ServiceBalancer;
import io.governance.loadbalancer.ServiceBalancerBuilder;
import io.governance.registry.Instance;
import io.governance.registry.ServiceDirectory;
import io.governance.registry.ServiceInstances;
import io.governance.registry.ServiceInstancesRelay;

/**
 * The balancers of all services that are called, each fed with the live list of its
 * service. The first use of a service makes its balancer, without blocking. Thread-safe;
 * a pick takes no lock.
 */
public final class ServiceBalancers implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(ServiceBalancers.class);

	private final ServiceDirectory directory;

	private final FirstList firstList;

	private final BalancerFactory factory;

	private final EndpointGate gate;

	private final BalancerThreads threads = new BalancerThreads();

	private final ConcurrentMap<String, Entry> entries = new ConcurrentHashMap<>();

	private volatile Function<String, LanePolicy> policies = (service) -> LanePolicy.DEFAULT;

	private volatile Consumer<? super ServiceBalancer> observer = (balancer) -> {
	};

	/**
	 * Creates the balancers, with settings by default.
	 * @param directory the live lists
	 * @param firstList waits for the first list of a service
	 * @param algorithms the algorithm of each service, by the service's name
	 * @param zone the zone of this application; empty if not known
	 */
	public ServiceBalancers(ServiceDirectory directory, FirstList firstList, Function<String, LoadBalancer> algorithms,
			String zone) {
		this(directory, firstList, new DefaultFactory(algorithms, zone), EndpointGate.NONE);
	}

	/**
	 * Creates the balancers.
	 * @param directory the live lists
	 * @param firstList waits for the first list of a service
	 * @param factory makes the balancer of a service
	 * @param gate keeps calls away from instances
	 */
	ServiceBalancers(ServiceDirectory directory, FirstList firstList, BalancerFactory factory, EndpointGate gate) {
		this.directory = directory;
		this.firstList = firstList;
		this.factory = factory;
		this.gate = gate;
	}

	/**
	 * Picks an instance among those known now, without waiting.
	 * @param service the service
	 * @param lane the lane of the call
	 * @return the choice, or {@code null} if there is none
	 * @throws IllegalArgumentException if this is not a service's name
	 */
	public @Nullable ChosenInstance pick(String service, String lane) {
		return pick(service, lane, CallTry.UNKNOWN);
	}

	/** The same for a reactive call, whose lanes go with it. */
	@Nullable ChosenInstance pick(String service, LaneContext lanes, CallTry call) {
		Endpoint endpoint = endpoint(service, lanes.laneFor(service).name(), call);
		return (endpoint != null) ? new LanedInstance(endpoint, lanes) : null;
	}

	@Nullable ChosenInstance pick(String service, String lane, CallTry call) {
		Endpoint endpoint = endpoint(service, lane, call);
		return (endpoint != null) ? new ChosenInstance(endpoint) : null;
	}

	private @Nullable Endpoint endpoint(String service, String lane, CallTry call) {
		PickRequest request = call.pickRequest(affinityHeader(service));
		Endpoint endpoint = endpoint(service, lane, request, call.avoid());
		return (endpoint != null || call.avoid() == null || call.strict()) ? endpoint
				: endpoint(service, lane, request, null);
	}

	private @Nullable Endpoint endpoint(String service, String lane, PickRequest request,
			@Nullable Predicate<? super Endpoint> avoid) {
		ServiceBalancer balancer = entry(service).balancer;
		Predicate<Endpoint> closed = this.gate.closed(service);
		if (closed == null) {
			return (avoid != null) ? balancer.pick(lane, request, avoid) : balancer.pick(lane, request);
		}
		return balancer.pick(lane, request, (avoid != null) ? closed.or(avoid) : closed);
	}

	/**
	 * The balancer of a service, for who avoids the {@linkplain #closed closed} instances
	 * and counts the calls himself, by {@link Endpoint#begin()} and {@link Endpoint#end}.
	 * @param service the service
	 * @return its balancer, always the same
	 * @throws IllegalArgumentException if this is not a service's name
	 */
	public ServiceBalancer balancer(String service) {
		return entry(service).balancer;
	}

	/**
	 * Which instances of a service take no calls now although its balancer may pick them.
	 * @param service the service
	 * @return those that take none; {@code null} if all take calls
	 */
	public @Nullable Predicate<Endpoint> closed(String service) {
		return this.gate.closed(service);
	}

	/**
	 * Picks an instance, after waiting for the first list of the service if it is not
	 * known yet. Does not wait on event loops.
	 * @param service the service
	 * @param lane the lane of the call
	 * @return the choice, or {@code null} if there is none
	 * @throws IllegalArgumentException if this is not a service's name
	 */
	public @Nullable ChosenInstance pickOrWait(String service, String lane) {
		return pickOrWait(service, lane, CallTry.UNKNOWN);
	}

	@Nullable ChosenInstance pickOrWait(String service, String lane, CallTry call) {
		ChosenInstance chosen = pick(service, lane, call);
		if (chosen != null) {
			return chosen;
		}
		if (!isKnown(service)) {
			this.firstList.get(service);
		}
		// Also if it is known: the list may have come after the first look.
		return pick(service, lane, call);
	}

	/**
	 * Whether the instances of a service are known, be there some or none.
	 * @param service the service
	 * @return {@code false} before the first list of the service
	 */
	public boolean isKnown(String service) {
		return entry(service).known;
	}

	/**
	 * The first list of a service.
	 * @param service the service
	 * @return completes when {@link #pick} uses it
	 */
	public CompletionStage<ServiceInstances> ready(String service) {
		entry(service);
		return this.directory.ready(service);
	}

	/**
	 * Tells the instances of a service, now if there is a list and after every change,
	 * when picks are of them.
	 * @param service the service
	 * @param subscriber who is told, one list at a time; must be quick
	 * @return ends it
	 */
	public Subscription subscribe(String service, Consumer<? super ServiceInstances> subscriber) {
		return entry(service).relay.subscribe(subscriber);
	}

	/**
	 * The header of calls whose value tells which of them belong together.
	 * @param service the service
	 * @return the name of the header; empty if there is none, or if the algorithm that
	 * the service's balancer was made with does not look at it
	 * @throws IllegalArgumentException if this is not a service's name
	 */
	public String affinityHeader(String service) {
		return balancer(service).usesAffinity() ? this.factory.affinityHeader(service) : "";
	}

	/**
	 * Why there is nothing to pick.
	 * @param service the service
	 * @param lane the lane of the call
	 * @return an exception that tells what to check
	 */
	public NoInstanceException noInstance(String service, String lane) {
		if (this.gate.closed(service) != null && entry(service).balancer.pick(lane, PickRequest.ANY) != null) {
			return new CallRefusedException(service, lane,
					"Service '" + service
							+ "' takes no calls for now: calls to each of its instances keep failing, and their circuit"
							+ " breakers are open");
		}
		return new NoInstanceException(service, lane, why(service, lane));
	}

	private String why(String service, String lane) {
		ServiceInstances instances = this.directory.instances(service);
		if (!instances.known()) {
			return "The instances of service '" + service + "' are not known yet (waited at most "
					+ this.firstList.timeout().toMillis() + " ms): check that the backend can be reached";
		}
		ServiceBalancer balancer = entry(service).balancer;
		String reason = balancer.whyNone() + (lane.equals(Instance.STABLE) ? "" : " (lane '" + lane + "')");
		if (!instances.connected()) {
			return reason + ", as far as was known before the connection to the backend was lost";
		}
		return reason + (instances.instances().isEmpty()
				? ": check the name in the URL, and that the service is registered in this namespace"
				: ": check the status, weight and lane of its instances, and 'otherwise' in the gray rules");
	}

	/**
	 * The balancers made so far, for metrics and endpoints.
	 * @return the balancers by service
	 */
	public Map<String, ServiceBalancer> balancers() {
		Map<String, ServiceBalancer> balancers = new TreeMap<>();
		this.entries.forEach((service, entry) -> balancers.put(service, entry.balancer));
		return balancers;
	}

	/**
	 * Changes what happens to calls of lanes without instances.
	 * @param policies the policy of each service, by the service's name; quick, and asked
	 * again every second
	 */
	public void lanes(Function<String, LanePolicy> policies) {
		this.policies = policies;
		this.entries.values().forEach(Entry::followPolicies);
	}

	/** Takes over the settings of all services as they are now. */
	void refreshSettings() {
		this.entries.forEach((service, entry) -> entry.balancer.settings(this.factory.settings(service)));
	}

	private void maintain() {
		this.entries.forEach((service, entry) -> {
			try {
				entry.maintain();
			}
			catch (RuntimeException | Error ex) {
				logger.warn("The balancer of service {} could not be looked after", service, ex);
			}
		});
	}

	/**
	 * Sets who is told of each balancer that is there, and then of each whose instances
	 * may have changed, in place of whoever was told before.
	 * @param observer quick and thread-safe; what it throws is logged and ignored
	 */
	public void observedBy(Consumer<? super ServiceBalancer> observer) {
		this.observer = observer;
		this.entries.values().forEach((entry) -> observe(entry.balancer));
	}

	private void observe(ServiceBalancer balancer) {
		try {
			this.observer.accept(balancer);
		}
		catch (RuntimeException | Error ex) {
			logger.warn("The observer of the balancer of service {} failed", balancer.service(), ex);
		}
	}

	private Entry entry(String service) {
		Entry entry = this.entries.get(service);
		return (entry != null) ? entry : create(service);
	}

	private Entry create(String service) {
		Instance.checkService(service);
		ServiceBalancer balancer = this.factory.balancer(service)
			.lanes(this.policies.apply(service))
			.executor(this.threads.keeper())
			.calls(this.gate)
			.build();
		Entry created = new Entry(balancer, this.factory.checks(balancer, this.threads.probes()));
		// A list that is there goes in before anybody can pick.
		Subscription subscription = this.directory.subscribe(service, created);
		Entry other = this.entries.putIfAbsent(service, created);
		if (other != null) {
			subscription.close();
			return other;
		}
		created.subscription = subscription;
		// Only now: nobody may hear of the balancer of a thread that came second.
		created.relay.subscribe((instances) -> this.gate.known(service, created.balancer.endpoints()));
		observe(balancer);
		// What changed meanwhile did not reach a balancer that was not there yet.
		created.followPolicies();
		created.balancer.settings(this.factory.settings(service));
		this.threads.start(this::maintain);
		return created;
	}

	@Override
	public void close() {
		this.entries.values().forEach(Entry::close);
		this.threads.close();
	}

	/** A balancer and what feeds it. */
	private final class Entry implements Consumer<ServiceInstances> {

		private final ServiceBalancer balancer;

		private final @Nullable ActiveHealthChecks checks;

		private volatile @Nullable Subscription subscription;

		private final ServiceInstancesRelay relay = new ServiceInstancesRelay();

		private volatile boolean known;

		Entry(ServiceBalancer balancer, @Nullable ActiveHealthChecks checks) {
			this.balancer = balancer;
			this.checks = checks;
		}

		void maintain() {
			this.balancer.maintain();
			if (this.checks != null) {
				this.checks.tick();
			}
			followPolicies();
		}

		/**
		 * Once more if there are new policies meanwhile: the old ones must not come last.
		 */
		void followPolicies() {
			Function<String, LanePolicy> followed;
			do {
				followed = ServiceBalancers.this.policies;
				this.balancer.lanes(followed.apply(this.balancer.service()));
			}
			while (followed != ServiceBalancers.this.policies);
		}

		@Override
		public void accept(ServiceInstances instances) {
			this.balancer.update(instances.instances());
			this.known = true;
			this.relay.tell(instances);
			// Not under the lock of the relay: metrics run code of others.
			if (ServiceBalancers.this.entries.get(this.balancer.service()) == this) {
				observe(this.balancer);
			}
		}

		void close() {
			Subscription subscription = this.subscription;
			if (subscription != null) {
				subscription.close();
			}
			if (this.checks != null) {
				this.checks.close();
			}
		}

	}

	/** One algorithm for each service, and all else by default. */
	private record DefaultFactory(Function<String, LoadBalancer> algorithms, String zone) implements BalancerFactory {

		@Override
		public ServiceBalancerBuilder balancer(String service) {
			return ServiceBalancer.builder(service, this.algorithms.apply(service)).zone(this.zone);
		}

		@Override
		public LoadBalancerSettings settings(String service) {
			return LoadBalancerSettings.DEFAULTS;
		}

		@Override
		public String affinityHeader(String service) {
			return "";
		}

		@Override
		public @Nullable ActiveHealthChecks checks(ServiceBalancer balancer, Executor executor) {
			return null;
		}

	}

}
