package io.governance.boot.loadbalancer;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;

import io.governance.Subscription;
import io.governance.boot.discovery.FirstList;
import io.governance.loadbalancer.ActiveHealthChecks;
import io.governance.loadbalancer.BalancerListener;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.HealthEvent;
import io.governance.loadbalancer.HealthProbe;
import io.governance.loadbalancer.HealthState;
import io.governance.loadbalancer.LoadBalancerSettings;
import io.governance.loadbalancer.Outcome;
import io.governance.loadbalancer.RoundRobinLoadBalancer;
import io.governance.loadbalancer.ServiceBalancer;
import io.governance.loadbalancer.ServiceBalancerBuilder;
import io.governance.registry.Discovery;
import io.governance.registry.Instance;
import io.governance.registry.InstancesListener;
import io.governance.registry.ServiceDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class ServiceBalancersTests {

	@Test
	void looksAfterItsBalancersAndLeavesNoThread() throws IOException {
		Listener first = new Listener(true);
		Listener second = new Listener(false);
		try (ServerSocket alive = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
				ServiceDirectory directory = new ServiceDirectory(
						new FixedDiscovery(List.of(alive.getLocalPort(), closedPort())))) {
			ServiceBalancers balancers = balancers(directory, List.of(), List.of(first, second),
					Map.of("health-check.probe", "tcp", "health-check.interval", "100ms"));
			assertThat(balancers.pickOrWait("orders", Instance.STABLE)).isNotNull();
			List<Endpoint> endpoints = balancers.balancers().get("orders").endpoints();
			await().atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThat(endpoints).extracting((endpoint) -> endpoint.health().state())
					.containsExactlyInAnyOrder(HealthState.HEALTHY, HealthState.UNHEALTHY));
			await().untilAsserted(() -> assertThat(second.told).isEqualTo(HealthState.UNHEALTHY));
			for (int i = 0; i < 10; i++) {
				assertThat(balancers.pick("orders", Instance.STABLE)).isNotNull()
					.matches((chosen) -> chosen.getPort() == alive.getLocalPort());
			}
			balancers.close();
			await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
				.noneMatch((name) -> name.startsWith("governance-balancer")));
		}
	}

	@Test
	void furtherTryAvoidsWhoWasTried() {
		try (ServiceDirectory directory = new ServiceDirectory(new FixedDiscovery(List.of(8081, 8082)));
				ServiceBalancers balancers = balancers(directory, List.of(), List.of(), Map.of())) {
			ChosenInstance first = balancers.pickOrWait("orders", Instance.STABLE);
			ChosenInstance second = balancers.pick("orders", Instance.STABLE,
					new CallTry(first.endpoint()::isSameInstance, true, null));
			assertThat(second).isNotNull();
			assertThat(second.getPort()).isNotEqualTo(first.getPort());
			assertThat(balancers.pick("orders", Instance.STABLE, new CallTry((endpoint) -> true, true, null))).isNull();
		}
	}

	@Test
	void ejectionIsToldOnAThreadOfItsOwn() {
		Listener listener = new Listener(false);
		try (ServiceDirectory directory = new ServiceDirectory(new FixedDiscovery(List.of(8081, 8082)));
				ServiceBalancers balancers = balancers(directory, List.of(), List.of(listener), Map.of())) {
			Endpoint endpoint = balancers.pickOrWait("orders", Instance.STABLE).endpoint();
			for (int i = 0; i < 5; i++) {
				endpoint.begin();
				endpoint.end(1, Outcome.FAILURE);
			}
			await().untilAsserted(() -> assertThat(listener.told).isEqualTo(HealthState.EJECTED));
			assertThat(listener.thread).startsWith("governance-balancer");
		}
	}

	@Test
	void usersOwnProbeIsChosenByItsName() {
		HealthProbe probe = new HealthProbe() {
			@Override
			public String name() {
				return "mine";
			}

			@Override
			public void probe(Instance instance, Duration timeout) throws IOException {
				throw new IOException("never well");
			}
		};
		try (ServiceDirectory directory = new ServiceDirectory(new FixedDiscovery(List.of(8081)));
				ServiceBalancers balancers = balancers(directory, List.of(probe), List.of(),
						Map.of("services.orders.health-check.probe", "mine", "services.orders.health-check.interval",
								"100ms", "services.orders.health-check.unhealthy-after", "1"))) {
			assertThat(balancers.pickOrWait("orders", Instance.STABLE)).isNotNull();
			await().atMost(Duration.ofSeconds(30))
				.until(() -> balancers.balancers()
					.get("orders")
					.endpoints()
					.get(0)
					.health()
					.state() == HealthState.UNHEALTHY);
			assertThat(balancers.pick("orders", Instance.STABLE)).as("in panic").isNotNull();
		}
	}

	@Test
	void onlyTheBalancerThatIsUsedIsToldOfWhereTwoThreadsMakeOne() throws Exception {
		CyclicBarrier both = new CyclicBarrier(2);
		KnownLists gate = new KnownLists();
		Queue<ServiceBalancer> observed = new ConcurrentLinkedQueue<>();
		ChangingDiscovery discovery = new ChangingDiscovery();
		GovernanceLoadBalancerProperties properties = properties(Map.of());
		try (ServiceDirectory directory = new ServiceDirectory(discovery);
				ServiceBalancers balancers = new ServiceBalancers(directory,
						new FirstList(directory, Duration.ofSeconds(20)),
						new MeetingFactory(new ConfiguredBalancers(properties,
								new BalancerParts(List.of(new RoundRobinLoadBalancer()), List.of()), List.of(), "", ""),
								both),
						gate)) {
			directory.await("orders", Duration.ofSeconds(20));
			balancers.observedBy(observed::add);
			CompletableFuture<ServiceBalancer> other = CompletableFuture.supplyAsync(() -> balancers.balancer("orders"),
					(task) -> new Thread(task).start());
			ServiceBalancer used = balancers.balancer("orders");
			assertThat(other.get(20, TimeUnit.SECONDS)).isSameAs(used);
			assertThat(observed).isNotEmpty().allMatch((balancer) -> balancer == used);
			discovery.deliver(List.of(8081, 8082));
			assertThat(used.endpoints()).hasSize(2);
			assertThat(gate.known).hasSizeGreaterThan(1)
				.allSatisfy((endpoints) -> assertThat(used.endpoints()).extracting(Endpoint::stats)
					.containsAll(endpoints.stream().map(Endpoint::stats).toList()));
			assertThat(observed).hasSizeGreaterThan(1).allMatch((balancer) -> balancer == used);
		}
	}

	@Test
	void onlyAlgorithmsThatLookAtTheKeyOfACallAreTold() {
		try (ServiceDirectory directory = new ServiceDirectory(new FixedDiscovery(List.of(8081, 8082)));
				ServiceBalancers balancers = balancers(directory, List.of(), List.of(), Map
					.of("services.carts.algorithm", "consistent-hash", "services.carts.affinity-header", "X-Cart"))) {
			assertThat(balancers.affinityHeader("orders")).isEmpty();
			assertThat(balancers.affinityHeader("carts")).isEqualTo("X-Cart");
		}
	}

	/** Which is the one that a service had at its first call. */
	@Test
	void whetherTheKeyOfACallIsToldGoesByTheAlgorithmThatIsUsed() {
		ConfiguredBalancers configured = new ConfiguredBalancers(properties(Map.of()),
				new BalancerParts(List.of(), List.of()), List.of(), "", "");
		try (ServiceDirectory directory = new ServiceDirectory(new FixedDiscovery(List.of(8081, 8082)));
				ServiceBalancers balancers = new ServiceBalancers(directory,
						new FirstList(directory, Duration.ofSeconds(20)), configured, EndpointGate.NONE)) {
			assertThat(balancers.affinityHeader("before")).isEmpty();
			configured.properties(properties(Map.of("algorithm", "consistent-hash")));
			assertThat(balancers.affinityHeader("before")).isEmpty();
			assertThat(balancers.affinityHeader("after")).isEqualTo("X-User-ID");
			configured.properties(properties(Map.of("affinity-header", "X-Session")));
			assertThat(balancers.affinityHeader("after")).isEqualTo("X-Session");
		}
	}

	@Test
	void observerThatThrowsEndsNoCall() {
		try (ServiceDirectory directory = new ServiceDirectory(new FixedDiscovery(List.of(8081)));
				ServiceBalancers balancers = balancers(directory, List.of(), List.of(), Map.of())) {
			balancers.observedBy((balancer) -> {
				throw new IllegalStateException("broken");
			});
			assertThat(balancers.pickOrWait("orders", Instance.STABLE)).isNotNull();
		}
	}

	private static ServiceBalancers balancers(ServiceDirectory directory, List<HealthProbe> probes,
			List<BalancerListener> listeners, Map<String, String> properties) {
		return new ServiceBalancers(directory, new FirstList(directory, Duration.ofSeconds(20)),
				new ConfiguredBalancers(properties(properties),
						new BalancerParts(List.of(new RoundRobinLoadBalancer()), probes), listeners, "", ""),
				EndpointGate.NONE);
	}

	private static GovernanceLoadBalancerProperties properties(Map<String, String> properties) {
		return new Binder(new MapConfigurationPropertySource(properties)).bindOrCreate("",
				GovernanceLoadBalancerProperties.class);
	}

	private static int closedPort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	/** Remembers what it was told. */
	private static final class Listener implements BalancerListener {

		private final boolean failing;

		private volatile HealthState told = HealthState.HEALTHY;

		private volatile String thread = "";

		Listener(boolean failing) {
			this.failing = failing;
		}

		@Override
		public void onHealth(HealthEvent event) {
			this.thread = Thread.currentThread().getName();
			this.told = event.after();
			if (this.failing) {
				throw new IllegalStateException("broken");
			}
		}

	}

	/** Goes on when all threads are there. */
	private record MeetingFactory(BalancerFactory factory, CyclicBarrier all) implements BalancerFactory {

		@Override
		public ServiceBalancerBuilder balancer(String service) {
			try {
				this.all.await(20, TimeUnit.SECONDS);
			}
			catch (InterruptedException | BrokenBarrierException | TimeoutException ex) {
				throw new IllegalStateException(ex);
			}
			return this.factory.balancer(service);
		}

		@Override
		public LoadBalancerSettings settings(String service) {
			return this.factory.settings(service);
		}

		@Override
		public String affinityHeader(String service) {
			return this.factory.affinityHeader(service);
		}

		@Override
		public ActiveHealthChecks checks(ServiceBalancer balancer, Executor executor) {
			return this.factory.checks(balancer, executor);
		}

	}

	/** Remembers the instances that it was told of. */
	private static final class KnownLists implements EndpointGate {

		private final Queue<List<Endpoint>> known = new ConcurrentLinkedQueue<>();

		@Override
		public Predicate<Endpoint> closed(String service) {
			return null;
		}

		@Override
		public void began(Endpoint endpoint) {
		}

		@Override
		public void ended(Endpoint endpoint, long nanos, Outcome outcome) {
		}

		@Override
		public void known(String service, List<Endpoint> endpoints) {
			this.known.add(endpoints);
		}

	}

	/** One instance at first, and then what is delivered. */
	private static final class ChangingDiscovery implements Discovery {

		private volatile InstancesListener listener;

		@Override
		public Set<String> services() {
			return Set.of("orders");
		}

		@Override
		public Subscription watch(String service, InstancesListener listener) {
			this.listener = listener;
			deliver(List.of(8081));
			return () -> {
			};
		}

		void deliver(List<Integer> ports) {
			this.listener
				.onInstances(ports.stream().map((port) -> Instance.of("orders", "127.0.0.1", port).build()).toList());
		}

		@Override
		public void close() {
		}

	}

	/** An instance for each port. */
	private record FixedDiscovery(List<Integer> ports) implements Discovery {

		@Override
		public Set<String> services() {
			return Set.of("orders");
		}

		@Override
		public Subscription watch(String service, InstancesListener listener) {
			listener.onInstances(
					this.ports.stream().map((port) -> Instance.of(service, "127.0.0.1", port).build()).toList());
			return () -> {
			};
		}

		@Override
		public void close() {
		}

	}

}
