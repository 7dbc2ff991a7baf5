package io.governance.testkit;

import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class ManualClockTests {

	private final ManualClock clock = new ManualClock();

	@Test
	void timePassesOnlyWhenItIsTold() {
		Instant start = this.clock.instant();
		long nanos = this.clock.getAsLong();
		assertThat(this.clock.instant()).isEqualTo(start);
		this.clock.advance(Duration.ofMillis(1500));
		assertThat(this.clock.instant()).isEqualTo(start.plusMillis(1500));
		assertThat(this.clock.getAsLong()).isEqualTo(nanos + 1_500_000_000);
		assertThatIllegalArgumentException().isThrownBy(() -> this.clock.advance(Duration.ofNanos(-1)));
	}

	@Test
	void timeOfDayCanBeSetBackWithoutTheOther() {
		this.clock.advance(Duration.ofHours(1));
		long nanos = this.clock.getAsLong();
		Instant before = Instant.parse("1999-12-31T23:59:59.999Z");
		this.clock.set(before);
		assertThat(this.clock.instant()).isEqualTo(before);
		assertThat(this.clock.getAsLong()).isEqualTo(nanos);
		this.clock.advance(Duration.ofMillis(1));
		assertThat(this.clock.instant()).isEqualTo("2000-01-01T00:00:00Z");
	}

}
