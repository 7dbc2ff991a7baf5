package io.governance.consul;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** The threads that watch, and what becomes of them. */
@Timeout(30)
class WatchThreadsTests {

	private final FakeConsul consul = new FakeConsul((asked, exchange) -> {
		if (asked.waits()) {
			new CountDownLatch(1).await(20, TimeUnit.SECONDS);
		}
		FakeConsul.send(exchange, 200, asked.path().equals("/v1/session/create") ? "{\"ID\":\"s-1\"}" : "[]", 5);
	});

	private final ConsulClient client = new ConsulClient("consul",
			ConsulFixture.settings(List.of(this.consul.address()), 1, Duration.ofSeconds(10)), null);

	private final WatchThreads threads = new WatchThreads(this.client, new Random());

	private final CountDownLatch answered = new CountDownLatch(1);

	private volatile Thread thread;

	private final WatchLoop.Watch watch = new WatchLoop.Watch() {

		@Override
		public ConsulRequest request() {
			return ConsulRequest.get("/v1/catalog/services");
		}

		@Override
		public boolean onAnswer(ConsulAnswer answer) {
			WatchThreadsTests.this.thread = Thread.currentThread();
			WatchThreadsTests.this.answered.countDown();
			return true;
		}

		@Override
		public void onLost(String reason) {
		}

	};

	@AfterEach
	void close() {
		this.threads.close();
		this.client.close();
		this.consul.close();
	}

	@Test
	@DisplayName("F37 A watch that nobody has ended ends with the threads, and none begins afterwards")
	void closingEndsAllWatches() throws InterruptedException {
		assertThat(this.threads.tryStart(this.watch)).isNotNull();
		assertThat(this.answered.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(this.threads.tryStart(this.watch)).isNull();
		// It has asked again, and waits.
		Awaitility.await().until(() -> this.consul.asked().stream().anyMatch(FakeConsul.Asked::waits));
		this.client.close();
		this.threads.close();
		Awaitility.await().atMost(Duration.ofSeconds(5)).until(() -> !this.thread.isAlive());
		this.consul.asked().clear();
		this.threads.start(this.watch).close();
		assertThat(this.consul.asked()).isEmpty();
	}

	@Test
	@DisplayName("F37 A lock that was closed before its watch began is never watched")
	void closedLockIsNotWatched() {
		ConsulSession session = ConsulSession.begin(this.client, "lock jobs", System::nanoTime);
		ConsulHeldLock lock = new ConsulHeldLock(this.client, "jobs", "governance/locks/dev/jobs", 7, session,
				Runnable::run, (ended) -> {
				});
		lock.close();
		this.consul.asked().clear();
		lock.watch(this.threads);
		assertThat(this.threads.tryStart(this.watch)).as("the only place is free").isNotNull();
		Awaitility.await().until(() -> this.answered.getCount() == 0);
		assertThat(this.consul.asked()).noneMatch((asked) -> asked.path().startsWith("/v1/kv/"));
	}

}
