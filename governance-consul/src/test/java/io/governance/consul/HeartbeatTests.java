package io.governance.consul;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.governance.backend.Backend;
import io.governance.registry.Instance;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** How often the agent is told that instances live. */
@Timeout(60)
class HeartbeatTests {

	private static final Duration TTL = Duration.ofSeconds(9);

	@Test
	@DisplayName("F34 Each of many instances is renewed once in a third of its TTL, also where each answer is slow")
	void slowAnswersDelayNoOtherInstance() {
		Map<String, List<Long>> beats = new ConcurrentHashMap<>();
		try (FakeConsul consul = new FakeConsul((asked, exchange) -> {
			if (asked.path().startsWith("/v1/agent/check/pass/")) {
				beats.computeIfAbsent(asked.path(), (any) -> new CopyOnWriteArrayList<>()).add(asked.nanos());
				new CountDownLatch(1).await(2, TimeUnit.SECONDS);
			}
			FakeConsul.send(exchange, 200, asked.path().startsWith("/v1/agent/health") ? "[]" : "{}", 5);
		});
				Backend backend = ConsulFixture.backend("dev",
						ConsulFixture.settings(List.of(consul.address()), null, TTL))) {
			List<Instance> instances = new ArrayList<>();
			for (int i = 0; i < ConsulRegistry.BEATS; i++) {
				instances.add(Instance.of("orders", "127.0.0.1", 8000 + i).build());
			}
			backend.registry().put("orders", instances);
			Awaitility.await()
				.atMost(Duration.ofSeconds(40))
				.until(() -> beats.size() == ConsulRegistry.BEATS
						&& beats.values().stream().allMatch((times) -> times.size() >= 4));
			List<Duration> gaps = new ArrayList<>();
			for (List<Long> times : beats.values()) {
				for (int i = 1; i < times.size(); i++) {
					gaps.add(Duration.ofNanos(times.get(i) - times.get(i - 1)));
				}
			}
			Collections.sort(gaps);
			Duration longest = gaps.get(gaps.size() - 1);
			System.out.printf(
					"With a TTL of 9 s and answers after 2 s, the longest time between two beats was %.2f s%n",
					longest.toMillis() / 1e3);
			// A thread may be late on a busy machine: a few beats say nothing of the
			// rate.
			assertThat(gaps.get(gaps.size() / 2)).isLessThanOrEqualTo(TTL.dividedBy(3));
			assertThat(longest).isLessThan(TTL);
		}
	}

	@Test
	@DisplayName("Beats go on after one that failed, of whatever kind the failure was")
	void beatsGoOnAfterAnError() {
		AtomicInteger beats = new AtomicInteger();
		try (FakeConsul consul = new FakeConsul((asked, exchange) -> FakeConsul.send(exchange, 200, "{}"));
				ConsulClient client = new ConsulClient("consul",
						ConsulFixture.settings(List.of(consul.address()), null, TTL), null);
				Heartbeat<String> heartbeat = new Heartbeat<>(client, "beat", 1, Duration.ofSeconds(1), () -> {
					if (beats.incrementAndGet() == 1) {
						throw new OutOfMemoryError("Not really");
					}
					return Set.of();
				}, (one, deadline) -> {
				})) {
			assertThat(heartbeat).isNotNull();
			Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> beats.get() > 2);
		}
	}

}
