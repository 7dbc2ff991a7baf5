package io.governance.boot.call;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.governance.DaemonThreads;
import org.jspecify.annotations.Nullable;

/**
 * Interrupts threads that wait too long for an answer. Its one thread starts with the
 * first watch. Thread-safe.
 */
final class Watchdog implements AutoCloseable {

	private final ScheduledThreadPoolExecutor timer;

	Watchdog() {
		this.timer = new ScheduledThreadPoolExecutor(1, new DaemonThreads("governance-call-timeouts"));
		this.timer.setRemoveOnCancelPolicy(true);
		// Calls that are made while the application stops are not watched any more.
		this.timer.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
	}

	/**
	 * Watches the current thread.
	 * @param nanos how long it may take; {@link Long#MAX_VALUE} for ever
	 * @return the watch, to be stopped by the same thread
	 */
	Watch watch(long nanos) {
		Watch watch = new Watch();
		if (nanos != Long.MAX_VALUE) {
			watch.task = this.timer.schedule(watch, nanos, TimeUnit.NANOSECONDS);
		}
		return watch;
	}

	@Override
	public void close() {
		this.timer.shutdownNow();
	}

	/** A thread that is watched. */
	static final class Watch implements Runnable {

		private static final int WATCHING = 0;

		private static final int STOPPED = 1;

		private static final int INTERRUPTING = 2;

		private static final int INTERRUPTED = 3;

		private final Thread thread = Thread.currentThread();

		private final AtomicInteger state = new AtomicInteger(WATCHING);

		private @Nullable Future<?> task;

		/** Somebody else had interrupted the thread, which did not listen. */
		private boolean alreadyInterrupted;

		@Override
		public void run() {
			if (this.state.compareAndSet(WATCHING, INTERRUPTING)) {
				this.alreadyInterrupted = this.thread.isInterrupted();
				this.thread.interrupt();
				this.state.set(INTERRUPTED);
			}
		}

		/**
		 * Ends the watch. No interrupt of its own comes later or is left behind; one that
		 * was there before stays.
		 * @return whether the thread was interrupted
		 */
		boolean stop() {
			if (this.state.compareAndSet(WATCHING, STOPPED)) {
				if (this.task != null) {
					this.task.cancel(false);
				}
				return false;
			}
			while (this.state.get() == INTERRUPTING) {
				Thread.onSpinWait();
			}
			if (!this.alreadyInterrupted) {
				Thread.interrupted();
			}
			return true;
		}

	}

}
