package io.governance.backend.support;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LockLossTests {

	private final LockLoss loss = new LockLoss("any", "job");

	private final List<String> done = new ArrayList<>();

	@Test
	void lossIsToldOnce() {
		this.loss.onLost(() -> this.done.add("before"));
		assertThat(this.loss.isHeld()).isTrue();
		assertThat(this.loss.lose("its lease ran out")).isTrue();
		assertThat(this.loss.lose("again")).isFalse();
		assertThat(this.loss.isHeld()).isFalse();
		this.loss.onLost(() -> this.done.add("after"));
		assertThat(this.done).containsExactly("before", "after");
	}

	@Test
	void whatWasGivenBackIsNotLost() {
		this.loss.onLost(() -> this.done.add("lost"));
		assertThat(this.loss.release()).isTrue();
		assertThat(this.loss.release()).isFalse();
		assertThat(this.loss.lose("too late")).isFalse();
		assertThat(this.loss.isHeld()).isFalse();
		assertThat(this.done).isEmpty();
	}

	@Test
	void failingActionKeepsNoOtherFromRunning() {
		this.loss.onLost(() -> {
			throw new IllegalStateException("on purpose");
		});
		this.loss.onLost(() -> {
			throw new NoClassDefFoundError("on purpose");
		});
		this.loss.onLost(() -> this.done.add("third"));
		this.loss.lose("its lease ran out");
		assertThat(this.done).containsExactly("third");
	}

}
