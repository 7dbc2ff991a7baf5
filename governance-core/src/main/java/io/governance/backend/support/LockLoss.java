package io.governance.backend.support;

import java.util.ArrayList;
import java.util.List;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a lock is held, given back or lost, and who wants to know. Goes from held to
 * one of the others once. Thread-safe.
 */
public final class LockLoss {

	private static final Logger logger = LoggerFactory.getLogger(LockLoss.class);

	private final String backend;

	private final String name;

	private final List<Runnable> actions = new ArrayList<>();

	private volatile State state = State.HELD;

	/**
	 * Begins as held.
	 * @param backend the backend's name
	 * @param name the lock's name
	 */
	public LockLoss(String backend, String name) {
		this.backend = backend;
		this.name = name;
	}

	/**
	 * Whether the lock is held.
	 * @return {@code false} once it was given back or lost
	 */
	public boolean isHeld() {
		return this.state == State.HELD;
	}

	/**
	 * The holder gives the lock back.
	 * @return whether it was held
	 */
	public synchronized boolean release() {
		return end(State.RELEASED);
	}

	/**
	 * The lock is lost: logs it and runs the actions, on this thread.
	 * @param reason why
	 * @return whether it was held
	 */
	public boolean lose(String reason) {
		List<Runnable> actions;
		synchronized (this) {
			actions = List.copyOf(this.actions);
			if (!end(State.LOST)) {
				return false;
			}
		}
		logger.warn("Backend '{}': lock '{}' is lost: {}", this.backend, this.name, reason);
		actions.forEach(this::run);
		return true;
	}

	private boolean end(State state) {
		boolean held = this.state == State.HELD;
		if (held) {
			this.state = state;
			this.actions.clear();
		}
		return held;
	}

	/**
	 * Runs an action when the lock is lost, or now if it is.
	 * @param action what to do
	 */
	public void onLost(Runnable action) {
		synchronized (this) {
			if (this.state == State.HELD) {
				this.actions.add(action);
			}
			if (this.state != State.LOST) {
				return;
			}
		}
		run(action);
	}

	private void run(Runnable action) {
		try {
			action.run();
		}
		catch (RuntimeException | Error ex) {
			logger.warn("Backend '{}': what was to be done on the loss of lock '{}' failed", this.backend, this.name,
					ex);
		}
	}

	private enum State {

		HELD, RELEASED, LOST

	}

}
