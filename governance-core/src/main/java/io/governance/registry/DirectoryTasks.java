package io.governance.registry;

import java.time.Duration;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.governance.DaemonThreads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs what a directory has to do later, or what may have to wait for a backend or a
 * disk. Nothing starts once it is closed. Thread-safe.
 */
interface DirectoryTasks extends AutoCloseable {

	/**
	 * Runs something short later.
	 * @param delay how much later
	 * @param task what to run; does not block
	 */
	void later(Duration delay, Runnable task);

	/**
	 * Runs something that may have to wait, soon.
	 * @param task what to run
	 */
	void waiting(Runnable task);

	/**
	 * The time, to measure by.
	 * @return as {@link System#nanoTime()}
	 */
	long nanoTime();

	/**
	 * Finishes what has begun, within a second.
	 */
	@Override
	void close();

	/**
	 * Tasks on threads of their own, which end when they have nothing to do.
	 * @return the tasks
	 */
	static DirectoryTasks onThreads() {
		return new OnThreads();
	}

	/** One thread for the time, and a few that wait. */
	final class OnThreads implements DirectoryTasks {

		private static final Logger logger = LoggerFactory.getLogger(ServiceDirectory.class);

		private static final int WAITING_THREADS = 4;

		private static final Duration AGAIN = Duration.ofSeconds(1);

		private static final long CLOSE_PATIENCE_MILLIS = 1_000;

		private final ScheduledThreadPoolExecutor timer;

		private final ThreadPoolExecutor waiting;

		private OnThreads() {
			this.timer = new ScheduledThreadPoolExecutor(1, new DaemonThreads("directory", "timer"));
			this.timer.setKeepAliveTime(5, TimeUnit.SECONDS);
			this.timer.allowCoreThreadTimeOut(true);
			this.timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
			this.waiting = new ThreadPoolExecutor(WAITING_THREADS, WAITING_THREADS, 1, TimeUnit.SECONDS,
					new LinkedBlockingQueue<>(), new DaemonThreads("directory", "waiting"));
			this.waiting.allowCoreThreadTimeOut(true);
		}

		@Override
		public void later(Duration delay, Runnable task) {
			try {
				this.timer.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
			}
			catch (RejectedExecutionException ex) {
				logger.debug("Discovery has ended", ex);
			}
		}

		@Override
		public void waiting(Runnable task) {
			try {
				this.waiting.execute(guarded(task));
			}
			catch (RejectedExecutionException ex) {
				logger.debug("Discovery has ended", ex);
			}
			catch (Error ex) {
				logger.error("No thread could be made for a task of the discovery: it is tried again", ex);
				later(AGAIN, () -> waiting(task));
			}
		}

		private static Runnable guarded(Runnable task) {
			return () -> {
				try {
					task.run();
				}
				catch (RuntimeException | Error ex) {
					logger.error("A task of the discovery failed", ex);
				}
			};
		}

		@Override
		public long nanoTime() {
			return System.nanoTime();
		}

		@Override
		public void close() {
			this.timer.shutdownNow();
			this.waiting.shutdown();
			try {
				if (!this.waiting.awaitTermination(CLOSE_PATIENCE_MILLIS, TimeUnit.MILLISECONDS)) {
					this.waiting.shutdownNow();
				}
			}
			catch (InterruptedException ex) {
				this.waiting.shutdownNow();
				Thread.currentThread().interrupt();
			}
		}

	}

}
