package io.governance.config;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.governance.ConnectionState;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Tests for changes that are gathered for a while.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SettlingTests {

	private static final Duration SHORT = Duration.ofMillis(400);

	private static final Duration LONG = Duration.ofSeconds(3);

	private final InMemoryConfigSource source = new InMemoryConfigSource().with("a.yaml", "a: 0")
		.with("b.yaml", "b: 0");

	private final List<String> changes = new CopyOnWriteArrayList<>();

	private ConfigManager manager;

	private int number;

	@AfterEach
	void close() {
		this.manager.close();
		this.source.close();
	}

	@Test
	void appliesWhatComesWithinTheSettleTimeAsOneChange() {
		follow(LONG);
		this.source.put("a.yaml", "a: 1");
		this.source.put("a.yaml", "a: 2");
		this.source.put("b.yaml", "b: 1");
		assertThat(this.manager.current().get("a").value()).isEqualTo(0);
		await().atMost(Duration.ofSeconds(20)).until(() -> !this.changes.isEmpty());
		assertThat(this.changes).containsExactly("[a, b]");
		assertThat(this.manager.current().get("a").value()).isEqualTo(2);
	}

	@Test
	void neverAppliesWhatWasBrokenOnTheWay() {
		follow(LONG);
		this.source.put("a.yaml", "a: {");
		this.source.put(Map.of("a.yaml", "a: 1", "b.yaml", "b: 1"));
		await().atMost(Duration.ofSeconds(20)).until(() -> !this.changes.isEmpty());
		assertThat(this.changes).containsExactly("[a, b]");
		assertThat(this.manager.status().rejection()).isNull();
	}

	@Test
	void appliesAStreamThatNeverPauses() {
		int sent = sendUntilApplied();
		for (int again = 0; again < 4 && sent == 0; again++) {
			this.manager.close();
			this.changes.clear();
			sent = sendUntilApplied();
		}
		assertThat(sent).isGreaterThan(1);
	}

	/** How many were sent; 0 if the stream paused, since this machine was busy. */
	private int sendUntilApplied() {
		follow(SHORT);
		int before = this.number;
		long longest = 0;
		long last = System.nanoTime();
		while (this.changes.isEmpty()) {
			this.source.put("a.yaml", "a: " + ++this.number);
			LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
			long now = System.nanoTime();
			longest = Math.max(longest, now - last);
			last = now;
		}
		return (longest < SHORT.toNanos()) ? this.number - before : 0;
	}

	@Test
	void tellsOfALostConnectionAlsoWhenDocumentsSettleAfterwards() {
		follow(SHORT);
		this.source.put("a.yaml", "a: 1");
		this.source.goDown();
		await().atMost(Duration.ofSeconds(20)).until(() -> !this.changes.isEmpty());
		assertThat(this.manager.status().connection()).isEqualTo(ConnectionState.DISCONNECTED);
		this.source.comeBack();
		await().until(() -> this.manager.status().connection() == ConnectionState.CONNECTED);
	}

	@Test
	void dropsWhatWasGatheredWhenItStopsFollowing() {
		this.manager = manager(Duration.ofMinutes(1));
		this.manager.load(new StartPolicy(false, false));
		var watching = this.manager.watch();
		this.source.put("a.yaml", "a: 1");
		watching.close();
		assertThat(this.manager.current().get("a").value()).isEqualTo(0);
		await().atMost(Duration.ofSeconds(5))
			.until(() -> Thread.getAllStackTraces()
				.keySet()
				.stream()
				.noneMatch((thread) -> thread.getName().equals("governance-config-settle")));
	}

	@Test
	void refusesANegativeTime() {
		this.manager = manager(Duration.ZERO);
		assertThatIllegalArgumentException().isThrownBy(() -> manager(Duration.ofMillis(-1)));
	}

	private void follow(Duration settle) {
		this.manager = manager(settle);
		this.manager.load(new StartPolicy(false, false));
		this.manager.observe(FollowingManager.whenTold((change) -> this.changes.add(change.toString())));
		this.manager.watch();
	}

	private ConfigManager manager(Duration settle) {
		return ConfigManager
			.of(this.source, List.of(InMemoryConfigSource.id("a.yaml"), InMemoryConfigSource.id("b.yaml")))
			.settle(settle)
			.build();
	}

}
