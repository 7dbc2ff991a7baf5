package io.governance.consul;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.governance.BackendUnavailableException;
import io.governance.backend.Backend;
import io.governance.lock.HeldLock;
import io.governance.testkit.FaultyConnection;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What locks do on Consul in particular. */
@Timeout(90)
class ConsulLockTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final ConsulFixture fixture = new ConsulFixture();

	private final String namespace = "locks" + System.nanoTime();

	private final Backend one = this.fixture.open(this.fixture.address(), this.namespace);

	private final Backend other = this.fixture.open(this.fixture.address(), this.namespace);

	@AfterEach
	void close() {
		this.one.close();
		this.other.close();
	}

	private Http http() {
		return new Http(this.fixture.address());
	}

	@Test
	@DisplayName("F45 A lock is held by one, its tokens grow, also when its key was deleted in between")
	void tokensGrow() throws InterruptedException {
		long last = 0;
		for (int i = 0; i < 3; i++) {
			HeldLock held = this.one.lock().acquire("jobs", PATIENCE).orElseThrow();
			assertThat(held.isHeld()).isTrue();
			assertThat(held.fencingToken()).isGreaterThan(last);
			last = held.fencingToken();
			assertThat(this.other.lock().acquire("jobs", Duration.ZERO)).isEmpty();
			held.close();
			assertThat(held.isHeld()).isFalse();
			assertThat(http().get("/v1/kv/governance/locks/" + this.namespace + "/jobs").statusCode()).isEqualTo(404);
		}
	}

	@Test
	void waiterGetsTheLockWhenItIsGivenBack() throws Exception {
		HeldLock held = this.one.lock().acquire("jobs", PATIENCE).orElseThrow();
		CompletableFuture<Optional<HeldLock>> waiter = CompletableFuture.supplyAsync(() -> acquire(this.other));
		Awaitility.await().until(() -> isBlocked());
		held.close();
		assertThat(waiter.get(5, TimeUnit.SECONDS)).isPresent();
	}

	private static boolean isBlocked() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.anyMatch((thread) -> thread.getName().startsWith("governance-consul-lock-waiter"));
	}

	private static Optional<HeldLock> acquire(Backend backend) {
		try {
			return backend.lock().acquire("jobs", PATIENCE);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void waiterThatIsInterruptedStopsAtOnceAndHoldsNothing() throws Exception {
		HeldLock held = this.one.lock().acquire("jobs", PATIENCE).orElseThrow();
		CountDownLatch interrupted = new CountDownLatch(1);
		Thread waiter = new Thread(() -> {
			try {
				this.other.lock().acquire("jobs", PATIENCE);
			}
			catch (InterruptedException ex) {
				interrupted.countDown();
			}
		});
		waiter.start();
		Awaitility.await().until(() -> isBlocked());
		waiter.interrupt();
		assertThat(interrupted.await(3, TimeUnit.SECONDS)).isTrue();
		held.close();
		assertThat(this.one.lock().acquire("jobs", Duration.ZERO)).isPresent();
	}

	@Test
	@DisplayName("F45 A lock whose session or key is taken away is lost at once, and says so")
	void lockThatIsTakenAwayIsLost() throws Exception {
		HeldLock first = this.one.lock().acquire("by-session", PATIENCE).orElseThrow();
		HeldLock second = this.one.lock().acquire("by-key", PATIENCE).orElseThrow();
		CountDownLatch lost = new CountDownLatch(2);
		first.onLost(lost::countDown);
		second.onLost(lost::countDown);
		String key = "/v1/kv/governance/locks/" + this.namespace + "/";
		String session = http().session(key + "by-session");
		http().put("/v1/session/destroy/" + session, "");
		http().delete(key + "by-key");
		assertThat(lost.await(3, TimeUnit.SECONDS)).isTrue();
		assertThat(first.isHeld()).isFalse();
		assertThat(second.isHeld()).isFalse();
		assertThat(this.other.lock().acquire("by-session", PATIENCE).orElseThrow().fencingToken())
			.isGreaterThan(first.fencingToken());
	}

	@Test
	void agentThatDoesNotAnswerIsNoEmptyAnswer() {
		try (FaultyConnection way = this.fixture.connect();
				Backend remote = this.fixture.open(way.address(), this.namespace)) {
			way.cut();
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> remote.lock().acquire("jobs", Duration.ofMillis(300)));
			way.restore();
			assertThat(acquire(remote)).isPresent();
		}
	}

	@Test
	@DisplayName("F46 A renewal that hangs loses no lock, neither its own nor another one, however long the timeout")
	void renewalThatHangsLosesNoLock() throws Exception {
		AtomicInteger sessions = new AtomicInteger();
		Map<String, AtomicInteger> renewals = new ConcurrentHashMap<>();
		CountDownLatch end = new CountDownLatch(1);
		try (FakeConsul consul = new FakeConsul((asked, exchange) -> {
			if (asked.path().equals("/v1/session/create")) {
				FakeConsul.send(exchange, 200, "{\"ID\": \"s" + sessions.incrementAndGet() + "\"}");
			}
			else if (asked.path().equals("/v1/txn")) {
				FakeConsul.send(exchange, 200,
						"{\"Results\": [{\"KV\": {\"Key\": \"governance/locks/dev/l%1$d\", \"ModifyIndex\": %1$d}}]}"
							.formatted(sessions.get()));
			}
			else if (asked.path().startsWith("/v1/session/renew/")) {
				String session = asked.path().substring("/v1/session/renew/".length());
				int renewal = renewals.computeIfAbsent(session, (any) -> new AtomicInteger()).incrementAndGet();
				if (session.equals("s1") && renewal == 1) {
					end.await();
				}
				FakeConsul.send(exchange, 200, "[]");
			}
			else if (asked.path().startsWith("/v1/kv/")) {
				if (asked.waits()) {
					end.await();
				}
				FakeConsul.send(exchange, 200,
						"[{\"Session\": \"s" + asked.path().substring(asked.path().length() - 1) + "\"}]", 5);
			}
			else {
				FakeConsul.send(exchange, 200, "true");
			}
		});
				Backend backend = ConsulFixture.backend("dev", new ConsulSettings(List.of(consul.address()), null, null,
						null, null, null, null, Duration.ofSeconds(30), null, null, null, null))) {
			HeldLock first = backend.lock().acquire("l1", PATIENCE).orElseThrow();
			HeldLock second = backend.lock().acquire("l2", PATIENCE).orElseThrow();
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.until(() -> renewals.size() == 2 && renewals.values().stream().allMatch((count) -> count.get() >= 3));
			end.countDown();
			assertThat(first.isHeld()).isTrue();
			assertThat(second.isHeld()).isTrue();
		}
	}

}
