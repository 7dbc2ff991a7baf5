package io.governance.grpc;

import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.governance.DaemonThreads;
import io.governance.Subscription;
import io.governance.loadbalancer.ServiceBalancer;
import io.governance.loadbalancer.ServiceBalancerBuilder;
import io.governance.registry.ServiceDirectory;
import io.governance.registry.ServiceInstances;
import io.governance.registry.ServiceInstancesRelay;

/**
 * The services of an application without Spring: balancers over a directory, made at the
 * first call to each service and looked after once a second. Thread-safe.
 */
public final class BalancedServices implements GrpcServices, AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(BalancedServices.class);

	private final ServiceDirectory directory;

	private final Function<String, ServiceBalancerBuilder> builders;

	private final Duration firstListTimeout;

	private final ScheduledThreadPoolExecutor keeper;

	private final ConcurrentMap<String, Balanced> services = new ConcurrentHashMap<>();

	/**
	 * Creates the services.
	 * @param directory the live lists; not closed
	 * @param builders begins the balancer of a service, by the service's name
	 * @param firstListTimeout how long the first call to a service waits for the first
	 * list
	 */
	public BalancedServices(ServiceDirectory directory, Function<String, ServiceBalancerBuilder> builders,
			Duration firstListTimeout) {
		this.directory = directory;
		this.builders = builders;
		this.firstListTimeout = firstListTimeout;
		this.keeper = new ScheduledThreadPoolExecutor(1, new DaemonThreads("governance-grpc-balancers"));
		this.keeper.scheduleWithFixedDelay(this::maintain, 1, 1, TimeUnit.SECONDS);
	}

	private void maintain() {
		this.services.forEach((name, service) -> {
			try {
				service.balancer.maintain();
			}
			catch (RuntimeException | Error ex) {
				logger.warn("The balancer of service {} could not be looked after", name, ex);
			}
		});
	}

	@Override
	public Subscription subscribe(String service, Consumer<ServiceInstances> subscriber) {
		return balanced(service).relay.subscribe(subscriber);
	}

	@Override
	public ServicePicks picks(String service) {
		return balanced(service);
	}

	private Balanced balanced(String service) {
		Balanced known = this.services.get(service);
		return (known != null) ? known : this.services.computeIfAbsent(service, this::create);
	}

	private Balanced create(String service) {
		ServiceBalancer balancer = this.builders.apply(service).executor(this.keeper).build();
		ServiceInstancesRelay relay = new ServiceInstancesRelay();
		return new Balanced(balancer, relay, this.directory.subscribe(service, (instances) -> {
			balancer.update(instances.instances());
			relay.tell(instances);
		}));
	}

	@Override
	public Duration firstListTimeout() {
		return this.firstListTimeout;
	}

	@Override
	public void close() {
		this.keeper.shutdownNow();
		this.services.values().forEach((service) -> service.subscription.close());
	}

	/** The picks of one service. */
	private record Balanced(ServiceBalancer balancer, ServiceInstancesRelay relay,
			Subscription subscription) implements ServicePicks {

		@Override
		public String whyNone(String lane) {
			return this.balancer.whyNone();
		}

	}

}
