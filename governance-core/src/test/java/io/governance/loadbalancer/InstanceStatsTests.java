package io.governance.loadbalancer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

@Timeout(60)
class InstanceStatsTests {

	private static final long MILLISECOND = 1_000_000;

	private final AtomicLong ticker = new AtomicLong(Long.MAX_VALUE - Duration.ofSeconds(3).toNanos());

	private final CallClock clock = new CallClock(this.ticker::get);

	private final InstanceStats stats = new InstanceStats(this.clock);

	@Test
	void knowsNothingAtFirst() {
		assertThat(this.stats.latencyNanos()).isZero();
		assertThat(this.stats.failureScore()).isZero();
		assertThat(this.stats.failuresInARow()).isZero();
		assertThat(this.stats.inFlight()).isZero();
	}

	@Test
	void latencyRisesAtOnceAndHalvesInSevenSeconds() {
		call(10, Outcome.SUCCESS);
		call(80, Outcome.SUCCESS);
		assertThat(this.stats.latencyNanos()).isEqualTo(80 * MILLISECOND);
		// The clock of the ticker wraps meanwhile, as that of the system may.
		pass(Duration.ofSeconds(7));
		assertThat(this.stats.latencyNanos()).isCloseTo(40 * MILLISECOND, within(0.2f * MILLISECOND));
		pass(Duration.ofSeconds(7));
		assertThat(this.stats.latencyNanos()).isCloseTo(20 * MILLISECOND, within(0.2f * MILLISECOND));
		pass(Duration.ofMinutes(10));
		assertThat(this.stats.latencyNanos()).isZero();
	}

	@Test
	void latencyHalvesInSevenSecondsAlsoIfFasterCallsComeOften() {
		call(1000, Outcome.SUCCESS);
		for (int i = 0; i < 3500; i++) {
			pass(Duration.ofMillis(2));
			call(0, Outcome.SUCCESS);
		}
		assertThat(this.stats.latencyNanos()).isCloseTo(500 * MILLISECOND, within(5f * MILLISECOND));
	}

	@Test
	void latencyFallsToWhatIsObserved() {
		call(80, Outcome.SUCCESS);
		for (int i = 0; i < 60; i++) {
			pass(Duration.ofSeconds(1));
			call(10, Outcome.SUCCESS);
		}
		assertThat(this.stats.latencyNanos()).isCloseTo(10 * MILLISECOND, within(1f * MILLISECOND));
	}

	@Test
	void whoeverFailsFastIsNotFast() {
		call(10, Outcome.SUCCESS);
		for (int i = 0; i < 100; i++) {
			pass(Duration.ofSeconds(1));
			call(0, Outcome.FAILURE);
		}
		assertThat(this.stats.latencyNanos()).isEqualTo(10 * MILLISECOND);
		InstanceStats dead = new InstanceStats(this.clock);
		dead.begin();
		dead.end(1000, Outcome.FAILURE);
		assertThat(dead.latencyNanos()).as("latency is not known").isZero();
	}

	@Test
	void whoeverFailsSlowlyIsSlow() {
		call(10, Outcome.SUCCESS);
		call(500, Outcome.FAILURE);
		assertThat(this.stats.latencyNanos()).isEqualTo(500 * MILLISECOND);
	}

	@Test
	void cancelledCallsSayNothing() {
		call(10, Outcome.SUCCESS);
		call(60_000, Outcome.CANCELLED);
		assertThat(this.stats.latencyNanos()).isEqualTo(10 * MILLISECOND);
		assertThat(this.stats.failureScore()).isZero();
		assertThat(this.stats.ended()).isEqualTo(2);
		assertThat(this.stats.inFlight()).isZero();
	}

	@Test
	void failureScoreIsThatOfTheLastCallsAndHalvesInFiveSeconds() {
		call(1, Outcome.FAILURE);
		assertThat(this.stats.failureScore()).isCloseTo(0.2f, within(0.001f));
		for (int i = 0; i < 50; i++) {
			call(1, Outcome.FAILURE);
		}
		assertThat(this.stats.failureScore()).isCloseTo(1, within(0.001f));
		assertThat(this.stats.failuresInARow()).isEqualTo(51);
		pass(Duration.ofSeconds(5));
		assertThat(this.stats.failureScore()).isCloseTo(0.5f, within(0.01f));
		call(1, Outcome.SUCCESS);
		assertThat(this.stats.failureScore()).isCloseTo(0.4f, within(0.01f));
		assertThat(this.stats.failuresInARow()).isZero();
	}

	@Test
	void timeIsThatOfTheLastCallToAboutAMillisecond() {
		long start = this.clock.last();
		pass(Duration.ofNanos(1000));
		assertThat(this.clock.last()).isEqualTo(start);
		pass(Duration.ofMillis(2));
		assertThat(this.clock.last() - start).isEqualTo(2_001_000);
	}

	@Test
	void nothingIsLostBetweenThreads() throws Exception {
		ExecutorService pool = Executors.newFixedThreadPool(4);
		try {
			List<Future<?>> futures = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				Outcome outcome = (i == 3) ? Outcome.FAILURE : Outcome.SUCCESS;
				futures.add(pool.submit(() -> {
					for (int j = 0; j < 20_000; j++) {
						this.stats.begin();
						this.stats.end(j, outcome);
					}
				}));
			}
			for (Future<?> future : futures) {
				future.get();
			}
		}
		finally {
			pool.shutdownNow();
		}
		assertThat(this.stats.inFlight()).isZero();
		assertThat(this.stats.succeeded()).isEqualTo(60_000);
		assertThat(this.stats.failed()).isEqualTo(20_000);
		assertThat(this.stats.nanos()).isEqualTo(4L * 19_999 * 20_000 / 2);
		assertThat(this.stats.latencyNanos()).as("time stands still").isEqualTo(19_999);
		assertThat(this.stats.failureScore()).isBetween(0f, 1f);
	}

	private void call(long millis, Outcome outcome) {
		this.stats.begin();
		this.stats.end(millis * MILLISECOND, outcome);
	}

	/** Time that a call to another instance tells. */
	private void pass(Duration duration) {
		this.ticker.addAndGet(duration.toNanos());
		this.clock.advance();
	}

}
