package io.governance.registry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import io.governance.Attempts;
import io.governance.BackendUnavailableException;
import io.governance.Backoff;
import io.governance.registry.RegistrationEvent.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

@Timeout(30)
class RegistrationKeeperTests {

	private static final Duration INTERVAL = Duration.ofMillis(40);

	private static final RegistrationSettings SETTINGS = new RegistrationSettings(INTERVAL, Duration.ofMillis(10),
			Duration.ofMillis(50), Duration.ofMillis(300));

	private final ScriptedRegistry registry = new ScriptedRegistry();

	private final List<RegistrationEvent> events = new CopyOnWriteArrayList<>();

	private final RegistrationKeeper keeper = keeper(SETTINGS);

	private final Instance a = Instance.of("orders", "127.0.0.1", 8001).id("a").build();

	private final Instance b = Instance.of("orders", "127.0.0.1", 8002).id("b").build();

	private RegistrationKeeper keeper(RegistrationSettings settings) {
		return new RegistrationKeeper(this.registry, settings, this.events::add, new Random(1), System::nanoTime);
	}

	@AfterEach
	void close() {
		CountDownLatch hang = this.registry.hang;
		if (hang != null) {
			hang.countDown();
		}
		this.keeper.close();
	}

	@Test
	void registersAtOnceAndTellsIt() {
		join(this.keeper.register(this.a));
		assertThat(this.registry.held("orders")).containsExactly(this.a);
		assertThat(kinds()).containsExactly(Kind.REGISTERED);
		assertThat(this.keeper.states()).containsExactly(new RegistrationState(this.a, true, "", ""));
	}

	@Test
	@DisplayName("F36 several instances of one service are always put together")
	void putsAllOwnInstancesOfAService() {
		join(this.keeper.register(this.a));
		join(this.keeper.register(this.b));
		assertThat(this.registry.calls).contains("put [a]", "put [a, b]");
		assertThat(this.registry.held("orders")).containsExactly(this.a, this.b);
	}

	@Test
	void changesThatWaitForASlowServerNeedOneRound() {
		this.registry.hang = new CountDownLatch(1);
		this.keeper.register(this.a);
		await().until(() -> !this.registry.calls.isEmpty());
		List<CompletionStage<Void>> changes = new ArrayList<>();
		for (int weight = 1; weight <= 1_000; weight++) {
			changes.add(this.keeper.register(this.a.toBuilder().weight(weight).build()));
		}
		CountDownLatch hang = this.registry.hang;
		this.registry.hang = null;
		hang.countDown();
		changes.forEach(RegistrationKeeperTests::join);
		assertThat(this.registry.held("orders")).extracting(Instance::weight).containsExactly(1_000);
		assertThat(this.registry.calls).filteredOn((call) -> call.startsWith("put")).hasSizeLessThanOrEqualTo(2);
	}

	@Test
	@DisplayName("F1 a server that is down at start is registered with when it comes")
	void registersWhenTheServerComesLate() {
		this.registry.down = true;
		CompletionStage<Void> registered = this.keeper.register(this.a);
		await().until(() -> this.registry.calls.size() > 4);
		assertThat(kinds()).containsExactly(Kind.REFUSED);
		assertThat(this.keeper.states()).singleElement()
			.satisfies((state) -> assertThat(state.registered()).isFalse())
			.satisfies((state) -> assertThat(state.failure()).contains("nobody answers"));
		this.registry.down = false;
		join(registered);
		assertThat(this.registry.held("orders")).containsExactly(this.a);
		assertThat(kinds()).containsExactly(Kind.REFUSED, Kind.REGISTERED);
	}

	@Test
	@DisplayName("F7 a server that was wiped is told again")
	void registersAgainAfterTheServerWasWiped() {
		join(this.keeper.register(this.a));
		this.registry.wipe();
		await().until(() -> kinds().contains(Kind.REPAIRED));
		assertThat(this.registry.held("orders")).containsExactly(this.a);
		assertThat(kinds()).containsExactly(Kind.REGISTERED, Kind.LOST, Kind.REPAIRED);
	}

	@Test
	void repairsWhatSomebodyElseChanged() {
		join(this.keeper.register(this.a));
		this.registry.meddle(this.a.toBuilder().weight(1).metadata(Map.of("k", "v")).build());
		await().until(() -> kinds().contains(Kind.REPAIRED));
		assertThat(this.registry.held("orders")).containsExactly(this.a);
		assertThat(this.events.get(1).reason()).isEqualTo("weight 1 -> 100, metadata");
	}

	@Test
	void leavesAServersOwnWarningAlone() {
		join(this.keeper.register(this.a));
		this.registry.meddle(this.a.withStatus(InstanceStatus.WARNING));
		awaitObservations(3);
		assertThat(kinds()).containsExactly(Kind.REGISTERED);
	}

	@Test
	void tellsADifferenceThatCannotBeRepairedOnlyOnce() {
		this.registry.storedAs = (instance) -> instance.toBuilder().weight(1).build();
		join(this.keeper.register(this.a));
		awaitObservations(5);
		assertThat(kinds()).containsExactly(Kind.REGISTERED, Kind.REPAIRED);
	}

	@Test
	@DisplayName("F2 an outage is told once and ended with one event")
	void tellsAnOutageOnce() {
		join(this.keeper.register(this.a));
		this.registry.down = true;
		awaitObservations(4);
		this.registry.down = false;
		await().until(() -> kinds().size() == 3);
		assertThat(kinds()).containsExactly(Kind.REGISTERED, Kind.REFUSED, Kind.REGISTERED);
	}

	@Test
	@DisplayName("F2 the end of an outage is told also of an instance that the server keeps otherwise")
	void tellsTheEndOfAnOutageDespiteADifferenceThatCannotBeRepaired() {
		this.registry.storedAs = (instance) -> instance.toBuilder().weight(1).build();
		join(this.keeper.register(this.a));
		await().until(() -> kinds().size() == 2);
		awaitObservations(2);
		this.registry.down = true;
		await().until(() -> kinds().size() == 3);
		this.registry.down = false;
		await().untilAsserted(
				() -> assertThat(kinds()).startsWith(Kind.REGISTERED, Kind.REPAIRED, Kind.REFUSED, Kind.REGISTERED));
	}

	@Test
	void publishesANewStatusAtOnce() {
		RegistrationKeeper slow = keeper(new RegistrationSettings(Duration.ofHours(1), SETTINGS.retryBase(),
				SETTINGS.retryCap(), SETTINGS.removalDeadline()));
		try (slow) {
			join(slow.register(this.a));
			join(slow.updateStatus("orders", "a", InstanceStatus.DRAINING));
			assertThat(this.registry.held("orders")).containsExactly(this.a.withStatus(InstanceStatus.DRAINING));
			assertThat(this.events.get(1))
				.isEqualTo(new RegistrationEvent(Kind.UPDATED, "orders", "a", "status UP -> DRAINING", ""));
		}
	}

	@Test
	void doesNotRegisterWhatIsOnlyUpdated() {
		join(this.keeper.update(this.a));
		join(this.keeper.updateStatus("orders", "a", InstanceStatus.DRAINING));
		assertThat(this.registry.calls).isEmpty();
	}

	@Test
	void removesAndForgets() {
		join(this.keeper.register(this.a));
		join(this.keeper.deregister("orders", "a"));
		assertThat(this.registry.held("orders")).isEmpty();
		assertThat(this.keeper.states()).isEmpty();
		int calls = this.registry.calls.size();
		await().during(INTERVAL.multipliedBy(4)).until(() -> this.registry.calls.size() == calls);
		assertThat(kinds()).containsExactly(Kind.REGISTERED, Kind.REMOVED);
		join(this.keeper.deregister("orders", "a"));
	}

	@Test
	void keepsTheOthersWhenOneIsRemoved() {
		join(this.keeper.register(this.a));
		join(this.keeper.register(this.b));
		join(this.keeper.deregister("orders", "a"));
		awaitObservations(2);
		assertThat(this.registry.held("orders")).containsExactly(this.b);
	}

	@Test
	@DisplayName("F37 a removal with the backend down is bounded")
	void removalIsBoundedWhenTheBackendIsDown() throws Exception {
		Duration bound = Duration.ofSeconds(2);
		assertThat(Attempts.fastest(bound, this::removeWhileTheBackendIsDown)).isBetween(Duration.ofMillis(290), bound);
	}

	private Duration removeWhileTheBackendIsDown() {
		this.registry.down = false;
		try (RegistrationKeeper keeper = keeper(SETTINGS)) {
			join(keeper.register(this.a));
			this.registry.down = true;
			long start = System.nanoTime();
			assertThatExceptionOfType(CompletionException.class)
				.isThrownBy(() -> join(keeper.deregister("orders", "a")))
				.withCauseInstanceOf(BackendUnavailableException.class);
			return Duration.ofNanos(System.nanoTime() - start);
		}
	}

	@Test
	void removesLateWhenTheBackendComesBack() {
		join(this.keeper.register(this.a));
		this.registry.down = true;
		assertThatExceptionOfType(CompletionException.class)
			.isThrownBy(() -> join(this.keeper.deregister("orders", "a")));
		this.registry.down = false;
		await().untilAsserted(() -> assertThat(kinds()).endsWith(Kind.REMOVED));
		assertThat(this.registry.held("orders")).isEmpty();
	}

	@Test
	void registersAgainWhatIsBeingRemoved() {
		join(this.keeper.register(this.a));
		this.registry.down = true;
		CompletionStage<Void> removal = this.keeper.deregister("orders", "a");
		await().until(() -> this.registry.calls.contains("remove a"));
		CompletionStage<Void> again = this.keeper.register(this.a);
		await().until(removal.toCompletableFuture()::isCompletedExceptionally);
		this.registry.down = false;
		join(again);
		awaitObservations(2);
		assertThat(this.registry.held("orders")).containsExactly(this.a);
	}

	@Test
	void nobodyIsToldToBeRegisteredWhoWasRemovedBefore() {
		CountDownLatch hang = new CountDownLatch(1);
		this.registry.hang = hang;
		this.keeper.register(this.b);
		await().until(() -> !this.registry.calls.isEmpty());
		CompletionStage<Void> registered = this.keeper.register(this.a);
		CompletionStage<Void> removed = this.keeper.deregister("orders", "a");
		this.registry.hang = null;
		hang.countDown();
		join(removed);
		assertThatExceptionOfType(CompletionException.class).isThrownBy(() -> join(registered))
			.withCauseInstanceOf(CancellationException.class);
		assertThat(this.registry.calls).doesNotContain("put [a, b]");
	}

	@Test
	void asksTheRegistryOnOneThreadOnly() {
		List<CompletionStage<Void>> all = new CopyOnWriteArrayList<>();
		for (int i = 0; i < 40; i++) {
			all.add(this.keeper.register(Instance.of("s" + i % 4, "127.0.0.1", 9000 + i).build()));
		}
		all.forEach(RegistrationKeeperTests::join);
		assertThat(this.registry.mostConcurrent).hasValue(1);
	}

	@Test
	void survivesAListenerThatThrows() {
		RegistrationKeeper other = new RegistrationKeeper(this.registry, SETTINGS, (event) -> {
			throw new IllegalStateException("listener");
		}, new Random(1), System::nanoTime);
		try (other) {
			join(other.register(this.a));
			this.registry.wipe();
			await().until(() -> !this.registry.held("orders").isEmpty());
		}
	}

	@Test
	@DisplayName("F37 closing while the registry hangs is bounded and leaves no thread")
	void closesWhileTheRegistryHangs() {
		CountDownLatch never = new CountDownLatch(1);
		this.registry.hang = never;
		CompletionStage<Void> registered = this.keeper.register(this.a);
		await().until(() -> !this.registry.calls.isEmpty());
		long start = System.nanoTime();
		this.keeper.close();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(8));
		assertThat(registered.toCompletableFuture()).isCompletedExceptionally();
		await().until(() -> this.registry.concurrent.get() == 0);
		assertThatIllegalStateException().isThrownBy(() -> this.keeper.register(this.b));
	}

	@Test
	void closesAtOnceAndStopsAsking() throws Exception {
		Duration bound = Duration.ofSeconds(2);
		assertThat(Attempts.fastest(bound, this::registerAndClose)).isLessThan(bound);
		int calls = this.registry.calls.size();
		await().during(INTERVAL.multipliedBy(4)).until(() -> this.registry.calls.size() == calls);
		assertThat(this.registry.held("orders")).containsExactly(this.a);
	}

	private Duration registerAndClose() {
		RegistrationKeeper keeper = keeper(SETTINGS);
		join(keeper.register(this.a));
		long start = System.nanoTime();
		keeper.close();
		return Duration.ofNanos(System.nanoTime() - start);
	}

	@Test
	void spreadsRetriesUpToTheCap() {
		Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5), new Random(7));
		for (int i = 0; i < 100; i++) {
			long bound = Math.min(Duration.ofSeconds(5).toNanos(), Duration.ofMillis(200).toNanos() << Math.min(i, 30));
			assertThat(backoff.nextNanos()).isBetween(Duration.ofMillis(10).toNanos(), bound);
		}
		backoff.reset();
		assertThat(backoff.nextNanos()).isLessThanOrEqualTo(Duration.ofMillis(200).toNanos());
	}

	private void awaitObservations(int count) {
		long target = observations() + count;
		await().until(() -> observations() >= target);
	}

	private long observations() {
		return this.registry.calls.stream().filter("observe"::equals).count();
	}

	private List<Kind> kinds() {
		return this.events.stream().map(RegistrationEvent::kind).toList();
	}

	private static void join(CompletionStage<Void> stage) {
		stage.toCompletableFuture().join();
	}

}
