package io.governance.registry;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import io.governance.ConnectionState;
import io.governance.Subscription;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

@Timeout(30)
class ServiceDirectoryTests {

	private final ScriptedDiscovery discovery = new ScriptedDiscovery();

	private final ServiceDirectory directory = new ServiceDirectory(this.discovery);

	private final Instance a = Instance.of("orders", "127.0.0.1", 8001).id("a").build();

	private final Instance b = Instance.of("orders", "127.0.0.1", 8002).id("b").build();

	@AfterEach
	void close() {
		this.directory.close();
	}

	@Test
	void knowsNothingBeforeTheFirstDelivery() {
		ServiceInstances instances = this.directory.instances("orders");
		assertThat(instances.known()).isFalse();
		assertThat(instances.instances()).isEmpty();
	}

	@Test
	void watchThatIsRefusedIsTriedAgainAtALaterUse() {
		this.discovery.refusals.set(2);
		List<Instance> told = new CopyOnWriteArrayList<>();
		this.directory.subscribe("orders", (instances) -> told.addAll(instances.instances()));
		await().until(() -> this.directory.instances("orders") != null && this.discovery.watches.get() == 3);
		this.discovery.deliver("orders", this.a);
		assertThat(this.directory.await("orders", Duration.ofSeconds(5)).instances()).containsExactly(this.a);
		assertThat(told).containsExactly(this.a);
		assertThat(this.discovery.watches).hasValue(3);
	}

	@Test
	void sharesOneWatchAmongAllCallers() {
		this.directory.instances("orders");
		this.directory.ready("orders");
		this.directory.subscribe("orders", (instances) -> {
		});
		this.discovery.deliver("orders", this.a);
		assertThat(this.directory.await("orders", Duration.ofSeconds(5)).instances()).containsExactly(this.a);
		assertThat(this.discovery.watches).hasValue(1);
	}

	@Test
	void isReadyWithTheFirstDeliveryAlsoWhenThereIsNone() {
		CompletableFuture<ServiceInstances> ready = this.directory.ready("orders").toCompletableFuture();
		assertThat(ready).isNotDone();
		this.discovery.deliver("orders");
		assertThat(ready.join().known()).isTrue();
		assertThat(ready.join().instances()).isEmpty();
	}

	@Test
	void whoGivesUpWaitingIsForgotten() {
		WeakReference<CompletableFuture<ServiceInstances>> waiting = new WeakReference<>(
				this.directory.ready("orders").toCompletableFuture());
		giveUp(waiting);
		await().until(() -> {
			System.gc();
			return waiting.refersTo(null);
		});
	}

	private static void giveUp(WeakReference<CompletableFuture<ServiceInstances>> waiting) {
		CompletableFuture<ServiceInstances> future = waiting.get();
		if (future != null) {
			future.cancel(true);
		}
	}

	@Test
	void whoGivesUpWaitingEndsNobodyElsesWait() {
		CompletableFuture<ServiceInstances> other = this.directory.ready("orders").toCompletableFuture();
		this.directory.ready("orders").toCompletableFuture().cancel(true);
		assertThat(other).isNotDone();
		this.discovery.deliver("orders", this.a);
		assertThat(other.join().instances()).containsExactly(this.a);
	}

	@Test
	void doesNotWaitLongerThanAsked() {
		long start = System.nanoTime();
		assertThat(this.directory.await("orders", Duration.ofMillis(100)).known()).isFalse();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(95), Duration.ofSeconds(5));
	}

	@Test
	void returnsAtOnceAndKeepsTheFlagWhenInterrupted() {
		Thread.currentThread().interrupt();
		assertThat(this.directory.await("orders", Duration.ofSeconds(20)).known()).isFalse();
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	@DisplayName("F2 the last list stays while the backend is unreachable")
	void keepsTheLastListWhenTheBackendIsDown() {
		this.discovery.deliver(this.directory, "orders", this.a);
		this.discovery.listener("orders").onConnection(ConnectionState.DISCONNECTED);
		assertThat(this.directory.instances("orders").connected()).isFalse();
		assertThat(this.directory.instances("orders").instances()).containsExactly(this.a);
		this.discovery.listener("orders").onConnection(ConnectionState.CONNECTED);
		assertThat(this.directory.instances("orders").connected()).isTrue();
	}

	@Test
	@DisplayName("F38 F39 F40 a lost connection never empties a list; what the backend itself tells takes its place whole")
	void onlyWhatTheBackendTellsTakesThePlaceOfAList() {
		List<List<Instance>> told = new CopyOnWriteArrayList<>();
		this.directory.subscribe("orders", (instances) -> told.add(instances.instances()));
		this.discovery.deliver(this.directory, "orders", this.a, this.b);
		for (ConnectionState state : List.of(ConnectionState.DISCONNECTED, ConnectionState.CONNECTED)) {
			this.discovery.listener("orders").onConnection(state);
			assertThat(this.directory.instances("orders").instances()).containsExactly(this.a, this.b);
		}
		this.discovery.deliver("orders", this.b);
		this.discovery.listener("orders").onConnection(ConnectionState.DISCONNECTED);
		assertThat(this.directory.instances("orders").instances()).containsExactly(this.b);
		this.discovery.listener("orders").onConnection(ConnectionState.CONNECTED);
		this.discovery.deliver("orders");
		assertThat(this.directory.instances("orders").known()).isTrue();
		assertThat(this.directory.instances("orders").instances()).as("the truth is not doubted").isEmpty();
		assertThat(told.stream().distinct()).containsExactly(List.of(this.a, this.b), List.of(this.b), List.of());
	}

	@Test
	@DisplayName("F22 a late subscriber gets the current state at once")
	void tellsALateSubscriberAtOnce() {
		this.discovery.deliver(this.directory, "orders", this.a);
		List<ServiceInstances> told = new CopyOnWriteArrayList<>();
		Subscription subscription = this.directory.subscribe("orders", told::add);
		assertThat(told).hasSize(1);
		this.discovery.deliver("orders", this.a, this.b);
		assertThat(told).hasSize(2);
		subscription.close();
		this.discovery.deliver("orders", this.b);
		assertThat(told).hasSize(2);
	}

	@Test
	@DisplayName("F11 F23 a delivery without a change is not passed on")
	void dropsADeliveryThatChangesNothing() {
		List<ServiceInstances> told = new CopyOnWriteArrayList<>();
		this.directory.subscribe("orders", told::add);
		this.discovery.deliver(this.directory, "orders", this.a);
		ServiceInstances before = this.directory.instances("orders");
		this.discovery.deliver("orders", this.a);
		assertThat(told).hasSize(1);
		assertThat(this.directory.instances("orders")).isSameAs(before);
	}

	@Test
	@DisplayName("F19 a subscriber that throws harms nobody, whatever it throws")
	void survivesASubscriberThatThrows() {
		List<ServiceInstances> told = new CopyOnWriteArrayList<>();
		this.directory.subscribe("orders", (instances) -> {
			throw new NoClassDefFoundError("subscriber");
		});
		this.directory.subscribe("orders", (instances) -> {
			throw new IllegalStateException("subscriber");
		});
		this.directory.subscribe("orders", told::add);
		this.discovery.deliver(this.directory, "orders", this.a);
		assertThat(told).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "../etc", "a/b", "a b", "-a", "a?b", "a\nb" })
	void doesNotWatchWhatCannotBeAService(String name) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.directory.instances(name));
		assertThatIllegalArgumentException().isThrownBy(() -> this.directory.ready(name));
		assertThat(this.discovery.watches).hasValue(0);
	}

	@Test
	void endsWatchesAndWaitersWhenClosed() {
		CompletableFuture<ServiceInstances> ready = this.directory.ready("orders").toCompletableFuture();
		await().until(() -> this.discovery.watches.get() == 1);
		this.directory.close();
		assertThat(ready).isCompletedExceptionally();
		await().until(() -> this.discovery.listeners.isEmpty());
		assertThatIllegalStateException().isThrownBy(() -> this.directory.instances("users"));
	}

	/** A discovery in memory that delivers on the calling thread. */
	private static final class ScriptedDiscovery implements Discovery {

		private final Map<String, InstancesListener> listeners = new ConcurrentHashMap<>();

		private final AtomicInteger watches = new AtomicInteger();

		private final AtomicInteger refusals = new AtomicInteger();

		@Override
		public Set<String> services() {
			return Set.copyOf(this.listeners.keySet());
		}

		@Override
		public Subscription watch(String service, InstancesListener listener) {
			if (this.watches.incrementAndGet() <= this.refusals.get()) {
				if (this.watches.get() == 1) {
					throw new NoClassDefFoundError("refused");
				}
				throw new IllegalStateException("refused");
			}
			this.listeners.put(service, listener);
			return () -> this.listeners.remove(service);
		}

		InstancesListener listener(String service) {
			await().until(() -> this.listeners.containsKey(service));
			return this.listeners.get(service);
		}

		void deliver(ServiceDirectory directory, String service, Instance... instances) {
			directory.instances(service);
			deliver(service, instances);
		}

		void deliver(String service, Instance... instances) {
			listener(service).onInstances(List.of(instances));
		}

		@Override
		public void close() {
		}

	}

}
