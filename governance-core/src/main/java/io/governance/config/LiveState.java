package io.governance.config;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Callable;

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

	int addView(ConfigState.Definition definition) {
		while (true) {
			ConfigState before = this.current;
			ConfigState grown = before.plus(definition);
			if (CURRENT.compareAndSet(this, before, grown)) {
				return grown.views() - 1;
			}
		}
	}

	/**
	 * Runs something that sees a snapshot which is not in force.
	 */
	<T> T show(ConfigSnapshot snapshot, Callable<T> step) throws Exception {
		Candidate outer = this.candidate;
		this.candidate = new Candidate(Thread.currentThread(), snapshot);
		try {
			return step.call();
		}
		finally {
			this.candidate = outer;
		}
	}

	/**
	 * Puts a state in force. Views that were added since it was made are read for it.
	 */
	void swap(ConfigState next) {
		while (true) {
			ConfigState before = this.current;
			ConfigState complete = (before.views() > next.views()) ? next.withViewsOf(before) : next;
			if (CURRENT.compareAndSet(this, before, complete)) {
				return;
			}
		}
	}

	private record Candidate(Thread thread, ConfigSnapshot snapshot) {
	}

}
