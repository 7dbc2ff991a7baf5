package io.governance.boot.registry;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/** How long an instance waits before it leaves. */
@ExtendWith(OutputCaptureExtension.class)
class DrainingTests {

	private static final GovernanceRegistryProperties.Drain SETTINGS = new GovernanceRegistryProperties.Drain(
			Duration.ofSeconds(2), Duration.ofSeconds(1), Duration.ofSeconds(10), List.of());

	private long now = 1000;

	private final InboundCalls calls = new InboundCalls(() -> this.now);

	private final Draining draining = draining(Duration.ofSeconds(30));

	@Test
	void waitsTheMinimumWhereNobodyCalls() {
		assertThat(left(0)).isEqualTo(2000);
		assertThat(left(1500)).isEqualTo(500);
		assertThat(left(2000)).isNotPositive();
	}

	@Test
	void waitsUntilNobodyHasCalledForTheQuietPeriod() {
		pass(1800);
		this.calls.arrived();
		assertThat(left(1800)).isEqualTo(1000);
		pass(900);
		assertThat(left(2700)).isEqualTo(100);
		this.calls.arrived();
		assertThat(left(2700)).isEqualTo(1000);
		pass(1000);
		assertThat(left(3700)).isNotPositive();
	}

	@Test
	void waitsNoLongerThanTheTimeout() {
		pass(9900);
		this.calls.arrived();
		assertThat(left(9900)).isEqualTo(100);
		assertThat(left(10_000)).isNotPositive();
	}

	@Test
	void fitsIntoWhatShutdownAllows(CapturedOutput output) {
		Draining shorter = draining(Duration.ofSeconds(3));
		this.calls.arrived();
		assertThat(millis(shorter.nanosLeft(TimeUnit.MILLISECONDS.toNanos(2900)))).isEqualTo(100);
		assertThat(output).containsOnlyOnce("governance.registry.drain.timeout")
			.contains("spring.lifecycle.timeout-per-shutdown-phase");
		assertThat(draining(Duration.ofSeconds(-1)).nanosLeft(0)).isZero();
	}

	private Draining draining(Duration most) {
		return Draining.of(SETTINGS, most, this.calls, () -> this.now);
	}

	private long left(long elapsedMillis) {
		return millis(this.draining.nanosLeft(TimeUnit.MILLISECONDS.toNanos(elapsedMillis)));
	}

	private static long millis(long nanos) {
		return TimeUnit.NANOSECONDS.toMillis(nanos);
	}

	private void pass(long millis) {
		this.now += TimeUnit.MILLISECONDS.toNanos(millis);
	}

}
