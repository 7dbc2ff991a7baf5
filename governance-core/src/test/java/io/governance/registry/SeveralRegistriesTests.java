package io.governance.registry;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.governance.Attempts;
import io.governance.registry.RegistrationEvent.Kind;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

@Timeout(30)
class SeveralRegistriesTests {

	private static final RegistrationSettings SETTINGS = new RegistrationSettings(Duration.ofMillis(50),
			Duration.ofMillis(10), Duration.ofMillis(50), Duration.ofMillis(300));

	private final ScriptedRegistry old = new ScriptedRegistry();

	private final ScriptedRegistry young = new ScriptedRegistry();

	private final List<RegistrationEvent> events = new CopyOnWriteArrayList<>();

	private final RegistrationKeeper keeper = keeper();

	private final Instance a = Instance.of("orders", "127.0.0.1", 8001).id("a").build();

	private RegistrationKeeper keeper() {
		return new RegistrationKeeper(registries(), SETTINGS, this.events::add, new Random(1), System::nanoTime);
	}

	private Map<String, Registry> registries() {
		Map<String, Registry> registries = new LinkedHashMap<>();
		registries.put("old", this.old);
		registries.put("young", this.young);
		return registries;
	}

	@AfterEach
	void close() {
		CountDownLatch hang = this.old.hang;
		if (hang != null) {
			hang.countDown();
		}
		this.keeper.close();
	}

	@Test
	void keepsAnInstanceInAllOfThem() {
		join(this.keeper.register(this.a));
		// The first waits for the other no longer than for half a second.
		await().untilAsserted(() -> {
			assertThat(this.old.held("orders")).containsExactly(this.a);
			assertThat(this.young.held("orders")).containsExactly(this.a);
			assertThat(this.keeper.states()).containsExactly(new RegistrationState(this.a, true, "", "old"),
					new RegistrationState(this.a, true, "", "young"));
			assertThat(this.events).extracting(RegistrationEvent::backend).containsExactlyInAnyOrder("old", "young");
		});
		this.old.wipe();
		await().until(() -> !this.old.held("orders").isEmpty());
		join(this.keeper.updateStatus("orders", "a", InstanceStatus.DRAINING));
		await().untilAsserted(() -> assertThat(List.of(this.old, this.young))
			.allSatisfy((registry) -> assertThat(registry.held("orders")).extracting(Instance::status)
				.containsExactly(InstanceStatus.DRAINING)));
		join(this.keeper.deregister("orders", "a"));
		assertThat(this.old.held("orders")).isEmpty();
		assertThat(this.young.held("orders")).isEmpty();
	}

	@Test
	@DisplayName("F2 one that is down, or hangs, holds nobody up")
	void oneThatHangsTouchesNoOther() {
		CountDownLatch hang = new CountDownLatch(1);
		this.old.hang = hang;
		long start = System.nanoTime();
		join(this.keeper.register(this.a));
		assertThat(this.young.held("orders")).containsExactly(this.a);
		join(this.keeper.updateStatus("orders", "a", InstanceStatus.DRAINING));
		assertThat(this.young.held("orders").get(0).status()).isEqualTo(InstanceStatus.DRAINING);
		assertThat(System.nanoTime() - start).isLessThan(TimeUnit.SECONDS.toNanos(10));
		assertThat(this.keeper.states()).extracting(RegistrationState::registered).contains(true);
		this.old.hang = null;
		hang.countDown();
		await()
			.until(() -> this.old.held("orders").stream().anyMatch((one) -> one.status() == InstanceStatus.DRAINING));
	}

	@Test
	@DisplayName("F1 one that is down at start is registered with when it comes")
	void oneThatComesLateIsToldOfTheInstance() {
		this.old.down = true;
		join(this.keeper.register(this.a));
		await().until(() -> this.events.stream().anyMatch((event) -> event.kind() == Kind.REFUSED));
		assertThat(this.events).contains(new RegistrationEvent(Kind.REFUSED, "orders", "a", "nobody answers", "old"));
		this.old.down = false;
		await().until(() -> this.old.held("orders").equals(List.of(this.a)));
	}

	@Test
	void tellsWhenOneCouldNotBeToldToRemove() {
		join(this.keeper.register(this.a));
		this.old.down = true;
		CompletableFuture<Void> removed = this.keeper.deregister("orders", "a").toCompletableFuture();
		await().until(removed::isDone);
		assertThat(removed).isCompletedExceptionally();
		assertThat(this.young.held("orders")).isEmpty();
	}

	@Test
	void endsWithinASecondAlsoWhenOneHangs() throws Exception {
		this.old.hang = new CountDownLatch(1);
		Duration bound = Duration.ofMillis(2_500);
		assertThat(Attempts.fastest(bound, this::closeWhileOneHangs)).isLessThan(bound);
	}

	private Duration closeWhileOneHangs() {
		this.old.calls.clear();
		RegistrationKeeper keeper = keeper();
		CompletionStage<Void> registered = keeper.register(this.a);
		await().until(() -> !this.old.calls.isEmpty());
		long start = System.nanoTime();
		keeper.close();
		Duration time = Duration.ofNanos(System.nanoTime() - start);
		await().until(() -> registered.toCompletableFuture().isDone());
		return time;
	}

	@Test
	void needsOne() {
		assertThatIllegalArgumentException().isThrownBy(
				() -> new RegistrationKeeper(Map.of(), SETTINGS, this.events::add, new Random(1), System::nanoTime));
	}

	private static void join(CompletionStage<Void> stage) {
		stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
	}

}
