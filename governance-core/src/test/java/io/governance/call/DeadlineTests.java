package io.governance.call;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DeadlineTests {

	private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);

	@Test
	void leavesLessAndLessTime() {
		Deadline deadline = Deadline.after(Duration.ofNanos(100), this.now::get);
		assertThat(deadline.remainingNanos()).isEqualTo(100);
		this.now.addAndGet(40);
		assertThat(deadline.remainingNanos()).isEqualTo(60);
		assertThat(deadline.remainingNanos(Duration.ofNanos(10))).isEqualTo(10);
		assertThat(deadline.remainingNanos(Duration.ofNanos(90))).isEqualTo(60);
		this.now.addAndGet(100);
		assertThat(deadline.remainingNanos()).isZero();
	}

	@Test
	void zeroMeansNone() {
		Deadline never = Deadline.after(Duration.ZERO, this.now::get);
		assertThat(never.remainingNanos()).isEqualTo(Long.MAX_VALUE);
		assertThat(never.remainingNanos(Duration.ofNanos(7))).isEqualTo(7);
	}

	@Test
	void earlierOneWins() {
		Deadline never = Deadline.after(Duration.ZERO, this.now::get);
		Deadline soon = Deadline.after(Duration.ofNanos(10), this.now::get);
		Deadline late = Deadline.after(Duration.ofDays(300_000), this.now::get);
		assertThat(soon.earlier(late)).isSameAs(soon);
		assertThat(late.earlier(soon)).isSameAs(soon);
		assertThat(never.earlier(soon)).isSameAs(soon);
		assertThat(soon.earlier(never)).isSameAs(soon);
	}

}
