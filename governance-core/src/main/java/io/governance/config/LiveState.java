package io.governance.config;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

/**
 * The state in force, read without a lock, and the candidate that the applying thread
 * alone sees while it is checked.
 */
final class LiveState {

	private static final VarHandle CURRENT;

	private static final VarHandle CANDIDATE;

	static {
		try {
			CURRENT = MethodHandles.lookup().findVarHandle(LiveState.class, "current", ConfigState.class);
			CANDIDATE = MethodHandles.lookup().findVarHandle(LiveState.class, "candidate", Candidate.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

	private final ConfigVariants variants;

	private volatile ConfigState current = ConfigState.EMPTY;

	/** What is shown to single threads, what was shown last first. */
	private volatile @Nullable Candidate candidate;

	private final PinnedStates pinned = new PinnedStates();

	LiveState(ConfigVariants variants) {
		this.variants = variants;
	}

	ConfigState current() {
		return this.current;
	}

	/**
	 * The value of a view for whoever calls: that of the candidate for the thread that
	 * checks it, that of the lane of the request, where it has one.
	 */
	Object value(int slot) {
		Candidate shown = shown();
		ConfigState mine = (shown != null && shown.state != null) ? shown.state : this.pinned.mine();
		// A view may be younger than what the thread is shown or keeps to.
		ConfigState state = (mine != null && slot < mine.views()) ? mine : this.current;
		return value(state, slot);
	}

	/**
	 * The value of a view in a certain state for whoever calls, by the lane of the
	 * request.
	 */
	Object value(ConfigState state, int slot) {
		return (state.hasLanes() ? state.ofLane(this.variants.lane()) : state).value(slot);
	}

	/**
	 * What the calling thread is shown last, if anything: nearly always there is none.
	 */
	private @Nullable Candidate shown() {
		for (Candidate shown = this.candidate; shown != null; shown = shown.outer) {
			if (shown.thread == Thread.currentThread()) {
				return shown;
			}
		}
		return null;
	}

	ConfigSnapshot visible() {
		Candidate shown = shown();
		if (shown != null) {
			return shown.snapshot;
		}
		ConfigState mine = this.pinned.mine();
		return ((mine != null) ? mine : this.current).snapshot();
	}

	/**
	 * Runs something for which the calling thread sees nothing newer than the state that
	 * is in force now.
	 */
	<T> T keep(Supplier<T> step) {
		return this.pinned.keep(this.current, step);
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
				ConfigState grown = before.plus(definition, this::read);
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

	/**
	 * Makes the value of a view for a snapshot, which is shown meanwhile.
	 */
	Object read(ConfigState.Definition definition, ConfigSnapshot snapshot) {
		return this.<Object, RuntimeException>show(snapshot, () -> definition.read(snapshot));
	}

	/**
	 * Runs something for which the calling thread sees a snapshot that is not in force.
	 * Views show what goes with it if the thread is shown that already, and what is in
	 * force otherwise.
	 */
	<T, X extends Exception> T show(ConfigSnapshot snapshot, Step<T, X> step) throws X {
		ConfigState known = null;
		for (Candidate shown = this.candidate; shown != null && known == null; shown = shown.outer) {
			if (shown.thread == Thread.currentThread() && shown.snapshot == snapshot) {
				known = shown.state;
			}
		}
		return show(snapshot, known, step);
	}

	/**
	 * Runs something for which the calling thread sees a state that may not be in force,
	 * also through views.
	 */
	<T, X extends Exception> T show(ConfigState state, Step<T, X> step) throws X {
		return show(state.snapshot(), state, step);
	}

	private <T, X extends Exception> T show(ConfigSnapshot snapshot, @Nullable ConfigState state, Step<T, X> step)
			throws X {
		Candidate mine;
		do {
			mine = new Candidate(Thread.currentThread(), snapshot, state, this.candidate);
		}
		while (!CANDIDATE.compareAndSet(this, mine.outer, mine));
		try {
			return step.run();
		}
		finally {
			Candidate first;
			do {
				first = this.candidate;
			}
			while (!CANDIDATE.compareAndSet(this, first, Candidate.without(mine, first)));
		}
	}

	/**
	 * Lets the values of views go that are closed.
	 */
	void forgetClosed() {
		put((before) -> before);
	}

	/**
	 * Puts a state in force. Views that were added since it was made are read for it.
	 */
	void swap(ConfigState next) {
		put((before) -> (before.views() > next.views()) ? next.withViewsOf(before, this::read) : next);
	}

	/**
	 * Puts an earlier state in force again, whatever its newer views say.
	 */
	void restore(ConfigState earlier) {
		put((before) -> (before.views() > earlier.views()) ? earlier.withViewsIfPossible(before, this::read) : earlier);
	}

	private void put(UnaryOperator<ConfigState> next) {
		while (true) {
			ConfigState before = this.current;
			if (CURRENT.compareAndSet(this, before, next.apply(before).withoutClosed())) {
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

	/**
	 * What one thread is shown.
	 *
	 * @param state the snapshot with the values of the views, once they have been read
	 * @param outer what was shown before, to this thread or to others
	 */
	private record Candidate(Thread thread, ConfigSnapshot snapshot, @Nullable ConfigState state,
			@Nullable Candidate outer) {

		/**
		 * What is shown when one has ended.
		 */
		static @Nullable Candidate without(Candidate ended, @Nullable Candidate first) {
			if (first == null || (first.thread == ended.thread && first.snapshot == ended.snapshot)) {
				return (first != null) ? first.outer : null;
			}
			return new Candidate(first.thread, first.snapshot, first.state, without(ended, first.outer));
		}

	}

}
