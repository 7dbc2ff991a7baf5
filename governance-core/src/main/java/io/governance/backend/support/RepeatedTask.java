package io.governance.backend.support;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that a scheduler repeats. A scheduler drops in silence what has thrown once: this
 * never throws, and logs a failure, once until the work succeeds again. For one thread at
 * a time.
 */
public final class RepeatedTask implements Runnable {

	private static final Logger logger = LoggerFactory.getLogger(RepeatedTask.class);

	private final String what;

	private final Runnable task;

	private boolean failing;

	/**
	 * Creates a task.
	 * @param what what it does, for the log: begins a sentence
	 * @param task does it once
	 */
	public RepeatedTask(String what, Runnable task) {
		this.what = what;
		this.task = task;
	}

	@Override
	public void run() {
		try {
			this.task.run();
			if (this.failing) {
				this.failing = false;
				logger.info("{} works again", this.what);
			}
		}
		catch (RuntimeException | Error ex) {
			if (!this.failing) {
				this.failing = true;
				logger.warn("{} failed; it is repeated all the same", this.what, ex);
			}
		}
	}

}
