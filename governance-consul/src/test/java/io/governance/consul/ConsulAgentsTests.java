package io.governance.consul;

import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpExchange;
import io.governance.BackendUnavailableException;
import io.governance.backend.Backend;
import io.governance.lock.HeldLock;
import io.governance.registry.Instance;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** Which of several agents is asked, and what it is left with. */
@Timeout(60)
class ConsulAgentsTests {

	private static final ConsulRequest WATCHED = ConsulRequest.get("/v1/catalog/services");

	private static final Instance INSTANCE = Instance.of("orders", "127.0.0.1", 80).id("o-1").build();

	private final FakeConsul first = new FakeConsul(ConsulAgentsTests::answer);

	private final FakeConsul second = new FakeConsul(ConsulAgentsTests::answer);

	private final ConsulSettings settings = new ConsulSettings(List.of(this.first.address(), this.second.address()),
			null, null, null, null, null, null, Duration.ofSeconds(2), Duration.ofSeconds(20), null, null, null);

	private final ConsulClient client = new ConsulClient("consul", this.settings, null);

	@AfterEach
	void close() {
		this.client.close();
		this.first.close();
		this.second.close();
	}

	private static void answer(FakeConsul.Asked asked, HttpExchange exchange) throws IOException, InterruptedException {
		if (asked.waits()) {
			new CountDownLatch(1).await(30, TimeUnit.SECONDS);
		}
		FakeConsul.send(exchange, 200, asked.path().startsWith("/v1/agent/health") ? "[]" : "{}", 5);
	}

	private String preferred() {
		return this.client.candidates().get(0).address();
	}

	private CompletableFuture<Void> watch(Thread[] thread) {
		CompletableFuture<Void> result = new CompletableFuture<>();
		thread[0] = new Thread(() -> {
			try {
				this.client.await(WATCHED, 5, true, true);
				result.complete(null);
			}
			catch (BackendUnavailableException ex) {
				result.completeExceptionally(ex);
			}
		});
		thread[0].start();
		Awaitility.await().until(() -> this.first.asked().stream().anyMatch(FakeConsul.Asked::waits));
		return result;
	}

	@Test
	@DisplayName("Client trap: an interrupt, which consul-api ignores, ends a watch, and is no failure of its agent")
	void endOfAWatchIsNoFailureOfItsAgent() {
		Thread[] thread = new Thread[1];
		CompletableFuture<Void> watch = watch(thread);
		thread[0].interrupt();
		this.client.abort(thread[0]);
		Awaitility.await().atMost(Duration.ofSeconds(5)).until(watch::isDone);
		assertThat(watch).isCompletedExceptionally();
		assertThat(preferred()).isEqualTo(this.first.address());
	}

	@Test
	void answerThatWasFilteredIsNoFailureOfTheAgent() {
		this.first.script((asked, exchange) -> {
			exchange.getResponseHeaders().set("X-Consul-Results-Filtered-By-ACLs", "true");
			FakeConsul.send(exchange, 200, "{}", 5);
		});
		assertThatExceptionOfType(BackendUnavailableException.class)
			.isThrownBy(() -> this.client.await(WATCHED, 0, true, false))
			.withMessageContaining("ACL");
		assertThat(preferred()).isEqualTo(this.first.address());
	}

	@Test
	void agentThatFreezesIsNoticedAlsoIfOthersAreAskedByNow() {
		CompletableFuture<Void> watch = watch(new Thread[1]);
		this.first.script((asked, exchange) -> FakeConsul.send(exchange, 500, "No leader"));
		this.client.read(ConsulRequest.get("/v1/catalog/nodes"));
		assertThat(preferred()).isEqualTo(this.second.address());
		assertThat(watch).isNotDone();
		this.first.freeze();
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(watch::isCompletedExceptionally);
		assertThat(preferred()).isEqualTo(this.second.address());
	}

	private long deregistrations(FakeConsul consul) {
		return consul.asked().stream().filter((asked) -> asked.path().contains("/deregister/")).count();
	}

	@Test
	@DisplayName("F35 An agent that freezes during the first registration is left with none once it is back")
	void agentThatFreezesDuringTheFirstRegistrationIsLeftWithNone() {
		this.first.script((asked, exchange) -> {
			if (asked.path().endsWith("/register")) {
				this.first.freeze();
				new CountDownLatch(1).await(30, TimeUnit.SECONDS);
			}
			answer(asked, exchange);
		});
		try (Backend backend = ConsulFixture.backend("dev", this.settings)) {
			backend.registry().put("orders", List.of(INSTANCE));
			assertThat(this.second.asked()).anyMatch((asked) -> asked.path().endsWith("/register"));
			assertThat(deregistrations(this.first)).isZero();
			this.first.thaw();
			Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> deregistrations(this.first) == 1);
			assertThat(deregistrations(this.second)).isZero();
		}
	}

	@Test
	@DisplayName("F8 An agent that is down behind a proxy, which answers in its place, holds no registration up")
	void agentThatIsDownBehindAProxyIsLeft() {
		this.first.down(true);
		try (Backend backend = ConsulFixture.backend("dev", this.settings)) {
			backend.registry().put("orders", List.of(INSTANCE));
			assertThat(this.second.asked()).anyMatch((asked) -> asked.path().endsWith("/register"));
			this.second.down(true);
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> backend.registry().put("orders", List.of(INSTANCE)));
			this.first.down(false);
			backend.registry().put("orders", List.of(INSTANCE));
			assertThat(this.first.asked()).anyMatch((asked) -> asked.path().endsWith("/register"));
			assertThat(deregistrations(this.second)).isZero();
			this.second.down(false);
			Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> deregistrations(this.second) == 1);
		}
	}

	@Test
	void agentThatFreezesDuringTheRemovalIsLeftWithNone() {
		try (Backend backend = ConsulFixture.backend("dev", this.settings)) {
			backend.registry().put("orders", List.of(INSTANCE));
			this.first.freeze();
			backend.registry().remove("orders", INSTANCE.id());
			assertThat(deregistrations(this.second)).isOne();
			long before = deregistrations(this.first);
			this.first.thaw();
			Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> deregistrations(this.first) > before);
		}
	}

	@Test
	void tokenFileThatIsMissingIsNotTheFaultOfAnAgent() {
		ConsulSettings settings = new ConsulSettings(List.of(this.first.address(), this.second.address()), null, null,
				null, null, "/nowhere/token", null, null, null, null, null, null);
		try (ConsulClient client = new ConsulClient("consul", settings, null)) {
			assertThatExceptionOfType(ConsulAgent.UnansweredException.class)
				.isThrownBy(() -> client.read(ConsulRequest.get("/v1/status/leader")))
				.withMessageContaining("governance.consul.token-file")
				.matches((failure) -> failure.isUnsent() && !failure.isAgentToBlame());
		}
	}

	@Test
	void slowAgentMayTakeAsLongAsIfItWereTheOnlyOne() {
		ConsulSettings three = new ConsulSettings(
				List.of(this.first.address(), this.second.address(), "http://127.0.0.1:1"), null, null, null, null,
				null, null, Duration.ofSeconds(4), null, null, null, null);
		ConsulRequest request = ConsulRequest.get("/v1/catalog/nodes");
		try (ConsulClient client = new ConsulClient("consul", three, null)) {
			client.readConsistent(request);
			this.first.script((asked, exchange) -> {
				new CountDownLatch(1).await(2, TimeUnit.SECONDS);
				answer(asked, exchange);
			});
			assertThat(client.readConsistent(request).isOk()).isTrue();
			assertThat(this.second.asked()).isEmpty();
		}
	}

	@Test
	void agentThatUsedUpTheTimeInVainIsNotAskedFirstAgain() {
		ConsulRequest request = ConsulRequest.get("/v1/catalog/nodes");
		this.client.readConsistent(request);
		this.first.freeze();
		this.second.script((asked, exchange) -> {
			new CountDownLatch(1).await(700, TimeUnit.MILLISECONDS);
			answer(asked, exchange);
		});
		assertThatExceptionOfType(BackendUnavailableException.class)
			.isThrownBy(() -> this.client.readConsistent(request));
		assertThat(this.client.readConsistent(request).isOk()).isTrue();
		assertThat(preferred()).isEqualTo(this.second.address());
	}

	@Test
	void servicesBeyondTheBoundAreNotReadAgainWithoutAChange() {
		ConsulSettings one = new ConsulSettings(List.of(this.first.address()), null, null, null, null, null, null,
				Duration.ofSeconds(3), Duration.ofSeconds(1), 1, null, null);
		this.first.script((asked, exchange) -> {
			if (asked.waits()) {
				new CountDownLatch(1).await(1_050, TimeUnit.MILLISECONDS);
			}
			FakeConsul.send(exchange, 200, asked.path().equals("/v1/catalog/services") ? "{}" : "[]", 5);
		});
		try (Backend backend = ConsulFixture.backend("dev", one)) {
			backend.discovery().watch("own", (instances) -> {
			});
			backend.discovery().watch("shared", (instances) -> {
			});
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.until(() -> this.first.asked().stream().filter((asked) -> isRegistrations(asked)).count() >= 5);
			assertThat(this.first.asked().stream().filter((asked) -> asked.path().endsWith("/shared")))
				.hasSizeBetween(1, 3);
		}
	}

	@Test
	@DisplayName("F2 Client trap: watches take no more connections than there may be watches, and few for all others")
	void connectionsOfWatchesAreBounded() {
		AtomicInteger waiting = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		Set<String> read = ConcurrentHashMap.newKeySet();
		this.first.script((asked, exchange) -> {
			read.add(asked.path());
			if (asked.waits()) {
				most.accumulateAndGet(waiting.incrementAndGet(), Math::max);
				new CountDownLatch(1).await(1_050, TimeUnit.MILLISECONDS);
				waiting.decrementAndGet();
			}
			FakeConsul.send(exchange, 200, asked.path().equals("/v1/catalog/services") ? "{}" : "[]", 5);
		});
		ConsulSettings three = new ConsulSettings(List.of(this.first.address()), null, null, null, null, null, null,
				Duration.ofSeconds(5), Duration.ofSeconds(1), 3, null, null);
		try (Backend backend = ConsulFixture.backend("dev", three)) {
			for (int i = 0; i < 30; i++) {
				backend.discovery().watch("service-" + i, (instances) -> {
				});
			}
			Awaitility.await()
				.atMost(Duration.ofSeconds(10))
				.until(() -> read.stream().filter((path) -> path.contains("/health/service/")).count() == 30);
			Awaitility.await()
				.atMost(Duration.ofSeconds(10))
				.until(() -> this.first.asked().stream().filter((asked) -> isRegistrations(asked)).count() >= 3);
			assertThat(most.get()).isBetween(5, 6);
		}
	}

	@Test
	@DisplayName("F4 A wrong host name is a failure with a cause, in time")
	void wrongHostNameIsToldInTime() {
		try (Backend backend = ConsulFixture.backend("dev",
				ConsulFixture.settings(List.of("http://consul.invalid:8500"), null, Duration.ofSeconds(10)))) {
			long begun = System.nanoTime();
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> backend.discovery().services())
				.withMessageContaining("consul.invalid")
				.withCauseInstanceOf(UnknownHostException.class);
			assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
		}
	}

	@Test
	@DisplayName("Many locks are kept although each renewal takes nearly all the time it may")
	void slowRenewalsLoseNoLock() throws InterruptedException {
		int count = 12;
		AtomicInteger sessions = new AtomicInteger();
		AtomicInteger renewals = new AtomicInteger();
		this.first.script((asked, exchange) -> {
			int last = sessions.get();
			String path = asked.path();
			if (path.startsWith("/v1/session/renew/")) {
				new CountDownLatch(1).await(1_700, TimeUnit.MILLISECONDS);
				renewals.incrementAndGet();
				FakeConsul.send(exchange, 200, "[]");
			}
			else if (path.equals("/v1/session/create")) {
				FakeConsul.send(exchange, 200, "{\"ID\":\"s-" + sessions.incrementAndGet() + "\"}");
			}
			else if (path.equals("/v1/txn")) {
				FakeConsul.send(exchange, 200, "{\"Results\":[{\"KV\":" + lock(last) + "}]}");
			}
			else if (path.startsWith("/v1/kv/")) {
				if (asked.waits()) {
					new CountDownLatch(1).await(30, TimeUnit.SECONDS);
				}
				FakeConsul.send(exchange, 200,
						"[" + lock(Integer.parseInt(path.substring(path.indexOf("job-") + 4))) + "]", 5);
			}
			else {
				FakeConsul.send(exchange, 200, "{}");
			}
		});
		ConsulSettings slow = new ConsulSettings(List.of(this.first.address()), null, null, null, null, null, null,
				Duration.ofSeconds(4), null, null, null, new ConsulSettings.LockSettings(Duration.ofSeconds(10), null));
		try (Backend backend = ConsulFixture.backend("dev", slow)) {
			List<HeldLock> locks = new ArrayList<>();
			for (int i = 1; i <= count; i++) {
				locks.add(backend.lock().acquire("job-" + i, Duration.ofSeconds(5)).orElseThrow());
			}
			Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> renewals.get() >= 2 * count);
			assertThat(locks).allMatch(HeldLock::isHeld);
			this.first.script((asked, exchange) -> FakeConsul.send(exchange, 200, "{}"));
		}
	}

	private static String lock(int number) {
		return "{\"Key\":\"governance/locks/dev/job-" + number + "\",\"Value\":\"\",\"ModifyIndex\":5,\"Session\":\"s-"
				+ number + "\"}";
	}

	private static boolean isRegistrations(FakeConsul.Asked asked) {
		return asked.path().equals("/v1/catalog/services") && asked.waits();
	}

}
