package io.governance;

import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LateSubscriptionTests {

	private final AtomicInteger closed = new AtomicInteger();

	private final LateSubscription late = new LateSubscription();

	@Test
	void closesWhatIsThere() {
		this.late.set(this.closed::incrementAndGet);
		assertThat(this.closed).hasValue(0);
		this.late.close();
		this.late.close();
		assertThat(this.closed).hasValue(1);
	}

	@Test
	void closesWhatComesTooLate() {
		this.late.close();
		this.late.set(this.closed::incrementAndGet);
		this.late.close();
		assertThat(this.closed).hasValue(1);
	}

}
