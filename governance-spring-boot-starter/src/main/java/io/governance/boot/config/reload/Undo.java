package io.governance.boot.config.reload;

import java.util.ArrayDeque;
import java.util.Deque;

import org.jspecify.annotations.Nullable;

/**
 * The way back from a change that was made in steps, and what is to be done when it is
 * not needed any more. Not thread-safe.
 */
final class Undo {

	private final Deque<Runnable> steps = new ArrayDeque<>();

	private final Deque<Runnable> whenKept = new ArrayDeque<>();

	/** Adds the way back of a step that is done. */
	void add(Runnable step) {
		this.steps.push(step);
	}

	/** Adds something to be done when the change stays. */
	void whenKept(Runnable step) {
		this.whenKept.add(step);
	}

	/** The change stays: there is no way back any more. */
	void keep() {
		this.steps.clear();
		while (!this.whenKept.isEmpty()) {
			this.whenKept.remove().run();
		}
	}

	/**
	 * Goes back, the last step first. A step that throws does not keep the others from
	 * being undone.
	 */
	void run() {
		@Nullable RuntimeException failure = null;
		while (!this.steps.isEmpty()) {
			try {
				this.steps.pop().run();
			}
			catch (RuntimeException ex) {
				if (failure == null) {
					failure = ex;
				}
				else {
					failure.addSuppressed(ex);
				}
			}
		}
		if (failure != null) {
			throw failure;
		}
	}

}
