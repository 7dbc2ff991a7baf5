package io.governance.nacos;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

import com.alibaba.nacos.api.remote.request.Request;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.governance.Backoff;
import io.governance.BackendUnavailableException;
import io.governance.DaemonThreads;

/**
 * The one thread that watches over a connection. Several reasons to look lead to one
 * look; one that fails is repeated, less and less often. Only {@link #execute} and
 * {@link #close} may be called by other threads.
 */
final class WatchLoop implements LinkListener, AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(WatchLoop.class);

	private static final Duration RETRY_BASE = Duration.ofMillis(200);

	private static final Duration RETRY_CAP = Duration.ofSeconds(2);

	private final String what;

	private final NacosLink link;

	private final Duration resync;

	private final Work work;

	private final ScheduledThreadPoolExecutor thread;

	private final Backoff backoff;

	private boolean begun;

	private boolean listening;

	private boolean down;

	private boolean failing;

	private @Nullable ScheduledFuture<?> next;

	/**
	 * Creates a loop; starts no thread yet.
	 * @param backend the backend's name
	 * @param what what is watched, for the name of the thread and for messages
	 * @param link the connection
	 * @param resync how often everything is compared, should a push have been lost
	 * @param work what there is to do
	 */
	WatchLoop(String backend, String what, NacosLink link, Duration resync, Work work) {
		this.what = what;
		this.link = link;
		this.resync = resync;
		this.work = work;
		this.backoff = new Backoff(RETRY_BASE, RETRY_CAP, RandomGenerator.getDefault());
		this.thread = new ScheduledThreadPoolExecutor(1, new DaemonThreads(backend, what));
		this.thread.setRemoveOnCancelPolicy(true);
	}

	/** Makes sure that the connection is listened to, from the next look on. */
	void begin() {
		if (!this.begun) {
			this.begun = true;
			this.thread.scheduleWithFixedDelay(guarded(() -> {
				this.work.doubtAll();
				look();
			}), this.resync.toMillis(), this.resync.toMillis(), TimeUnit.MILLISECONDS);
		}
	}

	/** Whether the connection is known to be lost. */
	boolean isDown() {
		return this.down;
	}

	/**
	 * Looks after a while, or earlier if there is another reason to. A server that could
	 * not be asked is left alone until it is tried again.
	 */
	void soon(Duration delay) {
		ScheduledFuture<?> next = this.next;
		if (next != null && (this.failing || next.getDelay(TimeUnit.NANOSECONDS) <= delay.toNanos())) {
			return;
		}
		cancel(next);
		this.next = schedule(delay, () -> {
			this.next = null;
			look();
		});
	}

	private static void cancel(@Nullable Future<?> future) {
		if (future != null) {
			future.cancel(false);
		}
	}

	/** Something failed: looks again, later each time. */
	void retry() {
		soon(Duration.ofNanos(this.backoff.nextNanos()));
	}

	/** Something worked: the next failure is the first. */
	void worked() {
		this.backoff.reset();
	}

	/** Does something later. */
	@Nullable ScheduledFuture<?> schedule(Duration delay, Runnable task) {
		try {
			return this.thread.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			// It is being closed.
			return null;
		}
	}

	/** Does something on the thread of this loop. */
	void execute(Runnable task) {
		try {
			this.thread.execute(guarded(task));
		}
		catch (RejectedExecutionException ex) {
			// It is being closed.
		}
	}

	private Runnable guarded(Runnable task) {
		return () -> {
			try {
				task.run();
			}
			catch (RuntimeException | Error ex) {
				logger.warn("Watching {} failed; it goes on", this.what, ex);
			}
		};
	}

	private void look() {
		if (this.down) {
			return;
		}
		try {
			this.failing = false;
			if (this.listening) {
				this.work.look();
			}
			else {
				this.link.listen(this);
				this.listening = true;
				soon(Duration.ZERO);
			}
		}
		catch (BackendUnavailableException ex) {
			this.work.failed(String.valueOf(ex.getMessage()));
			retry();
			this.failing = true;
		}
	}

	@Override
	public void connected() {
		execute(() -> {
			this.down = false;
			this.backoff.reset();
			this.work.reconnected();
			look();
		});
	}

	@Override
	public void lost() {
		execute(() -> {
			this.down = true;
			this.work.lost(this.link.problem());
		});
	}

	@Override
	public void pushed(Request push) {
		execute(() -> {
			if (!this.down) {
				this.work.pushed(push);
			}
		});
	}

	@Override
	public void close() {
		this.thread.shutdownNow();
		try {
			if (!this.thread.awaitTermination(1, TimeUnit.SECONDS)) {
				logger.warn("The watch of {} does not end although it was interrupted", this.what);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** What a loop does, always on its thread. */
	interface Work {

		/** There is a new connection, on which nothing is watched yet. */
		void reconnected();

		/**
		 * The connection is lost.
		 * @param reason why nothing can be known
		 */
		void lost(String reason);

		/**
		 * The last look failed.
		 * @param reason why
		 */
		void failed(String reason);

		/**
		 * The server tells something on the connection.
		 * @param push what it tells
		 */
		void pushed(Request push);

		/** Everything is to be compared at the next look. */
		void doubtAll();

		/**
		 * Brings everything that is watched up to date.
		 * @throws BackendUnavailableException if the server cannot be asked
		 */
		void look();

	}

}
