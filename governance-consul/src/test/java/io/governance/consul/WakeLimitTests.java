package io.governance.consul;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

@DisplayName("F12 Churn is not answered with churn")
class WakeLimitTests {

	private final WakeLimit limit = new WakeLimit();

	private long now = 1;

	private long wake(long afterMillis, boolean news, boolean waited) {
		this.now += TimeUnit.MILLISECONDS.toNanos(afterMillis);
		return TimeUnit.NANOSECONDS.toMillis(this.limit.afterWake(this.now, news, waited));
	}

	@Test
	void newsCostsNothingAHundredTimesASecond() {
		for (int i = 0; i < 1_000; i++) {
			assertThat(wake(10, true, true)).isZero();
		}
	}

	@Test
	void burstOfNewsIsSlowedDown() {
		for (int i = 0; i < 100; i++) {
			wake(0, true, true);
		}
		assertThat(wake(0, true, true)).isEqualTo(10);
	}

	@Test
	void wakingWithoutNewsIsSlowedDownToASecondAndForgottenWithNews() {
		assertThat(wake(1, false, true)).isZero();
		assertThat(wake(1, false, true)).isZero();
		assertThat(wake(1, false, true)).isZero();
		long longest = 0;
		for (int i = 0; i < 20; i++) {
			longest = wake(1, false, true);
		}
		assertThat(longest).isEqualTo(1_000);
		wake(1_000, true, true);
		assertThat(wake(1, false, true)).isZero();
	}

	@Test
	void serverThatDoesNotWaitIsAskedEveryFifteenSeconds() {
		assertThat(wake(1, false, false)).isZero();
		assertThat(wake(1, false, false)).isZero();
		long longest = 0;
		for (int i = 0; i < 20; i++) {
			longest = wake(1, false, false);
		}
		assertThat(longest).isEqualTo(15_000);
		wake(15_000, true, true);
		assertThat(wake(1, false, false)).isZero();
	}

	@Test
	void longWaitsWithoutNewsAreNoChurn() {
		for (int i = 0; i < 20; i++) {
			assertThat(wake(10_000, false, true)).isZero();
		}
	}

}
