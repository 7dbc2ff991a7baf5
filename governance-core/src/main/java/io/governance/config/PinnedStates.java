package io.governance.config;

import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * The states that single threads keep to for as long as they run something. Costs others
 * nothing until it is used for the first time.
 */
final class PinnedStates {

	private final ThreadLocal<@Nullable ConfigState> states = new ThreadLocal<>();

	private volatile boolean used;

	/**
	 * The state that the calling thread keeps to.
	 */
	@Nullable ConfigState mine() {
		return this.used ? this.states.get() : null;
	}

	/**
	 * Runs something for which the calling thread keeps to a state: to that which it
	 * keeps to already, if there is one.
	 */
	<T> T keep(ConfigState state, Supplier<T> step) {
		if (mine() != null) {
			return step.get();
		}
		this.used = true;
		this.states.set(state);
		try {
			return step.get();
		}
		finally {
			// Not removed: the next read would make the entry anew.
			this.states.set(null);
		}
	}

}
