package io.governance.config;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

/**
 * The state in force, read without a lock, and the candidate that the applying thread
 * alone sees while it is checked.
 */
final class LiveState {

	private static final VarHandle CURRENT;

	static {
		try {
			CURRENT = MethodHandles.lookup().findVarHandle(LiveState.class, "current", ConfigState.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private volatile ConfigState current = ConfigState.EMPTY;

	private volatile @Nullable Candidate candidate;

	ConfigState current() {
		return this.current;
	}

	ConfigSnapshot visible() {
		Candidate shown = this.candidate;
		return (shown != null && shown.thread == Thread.currentThread()) ? shown.snapshot : this.current.snapshot();
	}

	/**
	 * Adds a view, read for the state in force, also when the calling thread is shown a
	 * candidate.
	 * @return its slot
	 */
	int addView(ConfigState.Definition definition) {
		while (true) {
			ConfigState before = this.current;
			try {
				ConfigState grown = inForce(before, () -> before.plus(definition));
				if (CURRENT.compareAndSet(this, before, grown)) {
					return grown.views() - 1;
				}
			}
			catch (RuntimeException ex) {
				// While a change goes on, a view may have seen a part of each state.
				if (this.current == before) {
					throw ex;
				}
			}
		}
	}

	private <T, X extends Exception> T inForce(ConfigState state, Step<T, X> step) throws X {
		Candidate shown = this.candidate;
		return (shown != null && shown.thread == Thread.currentThread()) ? show(state.snapshot(), step) : step.run();
	}

	/**
	 * Runs something that sees a snapshot which is not in force. One thread at a time.
	 */
	<T, X extends Exception> T show(ConfigSnapshot snapshot, Step<T, X> step) throws X {
		Candidate outer = this.candidate;
		this.candidate = new Candidate(Thread.currentThread(), snapshot);
		try {
			return step.run();
		}
		finally {
			this.candidate = outer;
		}
	}

	/**
	 * Puts a state in force. Views that were added since it was made are read for it.
	 */
	void swap(ConfigState next) {
		put((before) -> (before.views() > next.views()) ? next.withViewsOf(before) : next);
	}

	/**
	 * Puts an earlier state in force again, whatever its newer views say.
	 */
	void restore(ConfigState earlier) {
		put((before) -> (before.views() > earlier.views()) ? earlier.withViewsIfPossible(before) : earlier);
	}

	private void put(UnaryOperator<ConfigState> next) {
		while (true) {
			ConfigState before = this.current;
			if (CURRENT.compareAndSet(this, before, next.apply(before))) {
				return;
			}
		}
	}

	/**
	 * What runs while a snapshot is shown.
	 *
	 * @param <T> the type of the result
	 * @param <X> what it throws
	 */
	@FunctionalInterface
	interface Step<T, X extends Exception> {

		T run() throws X;

	}

	private record Candidate(Thread thread, ConfigSnapshot snapshot) {
	}

}
