package io.governance.boot.loadbalancer;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.stream.Stream;

import io.governance.Subscription;
import io.governance.boot.discovery.FirstList;
import io.governance.gray.LaneContext;
import io.governance.loadbalancer.LoadBalancer;
import io.governance.loadbalancer.RoundRobinLoadBalancer;
import io.governance.registry.Discovery;
import io.governance.registry.Instance;
import io.governance.registry.InstancesListener;
import io.governance.registry.ServiceDirectory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.blockhound.BlockHound;
import reactor.blockhound.BlockingOperationError;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.util.context.Context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** The first call to a service, made where nothing may block. */
@Timeout(120)
class ReactivePathTests {

	private static final Duration TIMEOUT = Duration.ofMillis(300);

	private final SlowDiscovery discovery = new SlowDiscovery();

	private final ServiceDirectory directory = new ServiceDirectory(this.discovery);

	private final ServiceBalancers balancers = new ServiceBalancers(this.directory,
			new FirstList(this.directory, TIMEOUT),
			(Function<String, LoadBalancer>) (s) -> new RoundRobinLoadBalancer(), "");

	private final Instance instance = Instance.of("orders", "127.0.0.1", 8080).build();

	@BeforeAll
	static void watchForBlockingCalls() {
		// What Reactor loads once in its life reads files, and is not what is tested
		// here.
		Mono.just(1).contextCapture().block();
		// Spring Cloud LoadBalancer, which other tests of this process use, builds its
		// child
		// contexts on the event loop.
		BlockHound.install((builder) -> builder
			.allowBlockingCallsInside("org.springframework.cloud.context.named.NamedContextFactory", "createContext"));
		// Workers that were idle at that moment would count as blocked.
		Schedulers.shutdownNow();
	}

	@AfterEach
	void close() {
		this.balancers.close();
		this.directory.close();
	}

	@Test
	void detectsABlockingCallAtAll() {
		Mono<ChosenInstance> blocking = Mono
			.fromCallable(() -> this.directory.await("orders", TIMEOUT).known() ? null : this.<ChosenInstance>none());
		StepVerifier.create(blocking.subscribeOn(Schedulers.parallel()))
			.verifyErrorMatches((ex) -> ex instanceof BlockingOperationError);
	}

	@Test
	void firstChoiceWaitsForTheListWithoutBlocking() {
		StepVerifier.create(choice(Duration.ofSeconds(20)).choose().subscribeOn(Schedulers.parallel()))
			.then(() -> this.discovery.deliver("orders", List.of(this.instance)))
			.assertNext((chosen) -> assertThat(chosen.getPort()).isEqualTo(8080))
			.verifyComplete();
		StepVerifier.create(choice().choose().subscribeOn(Schedulers.parallel())).expectNextCount(1).verifyComplete();
	}

	@Test
	void firstChoiceGivesUpAfterTheTimeout() {
		StepVerifier.create(choice().choose().subscribeOn(Schedulers.parallel()))
			.verifyErrorSatisfies((ex) -> assertThat(ex).isInstanceOf(NoInstanceException.class)
				.hasMessageContaining("not known yet")
				.hasMessageContaining("backend"));
	}

	@Test
	void choicesThatGaveUpLeaveNothingBehind() {
		Queue<Throwable> dropped = new ConcurrentLinkedQueue<>();
		Hooks.onErrorDropped(dropped::add);
		try {
			List<WeakReference<Object>> callers = Stream.generate(this::callerThatGaveUp).limit(100).toList();
			await().untilAsserted(() -> {
				System.gc();
				assertThat(callers).allMatch((caller) -> caller.refersTo(null));
			});
			assertThat(dropped).isEmpty();
		}
		finally {
			Hooks.resetOnErrorDropped();
		}
	}

	private WeakReference<Object> callerThatGaveUp() {
		Object caller = new Object();
		StepVerifier.create(choice(Duration.ofMillis(1)).choose().contextWrite(Context.of("caller", caller)))
			.verifyError(NoInstanceException.class);
		return new WeakReference<>(caller);
	}

	@Test
	void tellsAtOnceThatAKnownServiceHasNoInstance() {
		this.directory.instances("orders");
		this.discovery.deliver("orders", List.of());
		StepVerifier.create(choice().choose().subscribeOn(Schedulers.parallel()))
			.expectErrorMatches(
					(ex) -> ex instanceof NoInstanceException && ex.getMessage().contains("has no instances"))
			.verify(Duration.ofSeconds(20));
	}

	@Test
	void blockingClientDoesNotWaitOnAnEventLoop() {
		GovernanceLoadBalancerClient client = new GovernanceLoadBalancerClient(this.balancers, CallLane.STABLE);
		Mono<String> call = Mono.fromCallable(() -> client.execute("orders", (instance) -> "called"));
		StepVerifier.create(call.subscribeOn(Schedulers.parallel())).verifyError(NoInstanceException.class);
	}

	@Test
	void blockingClientWaitsForTheListElsewhere() {
		GovernanceLoadBalancerClient client = new GovernanceLoadBalancerClient(this.balancers, CallLane.STABLE);
		long start = System.nanoTime();
		assertThatExceptionOfType(NoInstanceException.class)
			.isThrownBy(() -> client.execute("orders", (instance) -> "called"))
			.withMessageContaining("not known yet");
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(TIMEOUT);
		this.discovery.deliver("orders", List.of(this.instance));
		assertThat(client.choose("orders")).isNotNull();
	}

	@Test
	void firstChoiceNeverMissesAListThatComesAtThatMoment() {
		Discovery immediate = new Discovery() {

			@Override
			public Set<String> services() {
				return Set.of();
			}

			@Override
			public Subscription watch(String service, InstancesListener listener) {
				listener.onInstances(List.of(Instance.of(service, "127.0.0.1", 8080).build()));
				return () -> {
				};
			}

			@Override
			public void close() {
			}

		};
		try (ServiceDirectory fast = new ServiceDirectory(immediate);
				ServiceBalancers all = new ServiceBalancers(fast, new FirstList(fast, Duration.ofSeconds(10)),
						(service) -> new RoundRobinLoadBalancer(), "")) {
			GovernanceLoadBalancerClient client = new GovernanceLoadBalancerClient(all, CallLane.STABLE);
			for (int i = 0; i < 500; i++) {
				assertThat(client.choose("blocking" + i)).isNotNull();
				ReactiveChoice reactive = new ReactiveChoice("reactive" + i, all, Duration.ofSeconds(10),
						(context) -> LaneContext.STABLE);
				assertThat(reactive.choose().block()).isNotNull();
			}
		}
	}

	private ReactiveChoice choice() {
		return choice(TIMEOUT);
	}

	private ReactiveChoice choice(Duration timeout) {
		return new ReactiveChoice("orders", this.balancers, timeout, (context) -> LaneContext.STABLE);
	}

	private <T> T none() {
		return null;
	}

	/** Blocks where a watch begins, and delivers when it is told to. */
	private static final class SlowDiscovery implements Discovery {

		private final Map<String, InstancesListener> listeners = new ConcurrentHashMap<>();

		@Override
		public Set<String> services() {
			return Set.of();
		}

		@Override
		public Subscription watch(String service, InstancesListener listener) {
			await().pollDelay(Duration.ofMillis(50)).until(() -> true);
			this.listeners.put(service, listener);
			return () -> this.listeners.remove(service);
		}

		void deliver(String service, List<Instance> instances) {
			await().until(() -> this.listeners.containsKey(service));
			this.listeners.get(service).onInstances(instances);
		}

		@Override
		public void close() {
		}

	}

}
