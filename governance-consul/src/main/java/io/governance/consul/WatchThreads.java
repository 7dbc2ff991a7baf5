package io.governance.consul;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

import io.governance.Subscription;
import io.governance.backend.support.DaemonThreads;
import org.jspecify.annotations.Nullable;

/**
 * The threads that wait for changes, each on a connection of its own: no more than there
 * may be; and those that read, while there is something to read, what is watched beyond
 * that. Thread-safe.
 */
final class WatchThreads implements AutoCloseable {

	private static final long IDLE_SECONDS = 5;

	private final ConsulClient client;

	private final RandomGenerator random;

	private final ThreadFactory threads = new DaemonThreads("consul", "watch");

	private final ThreadPoolExecutor readers = new ThreadPoolExecutor(ChangeDetector.PARALLEL, ChangeDetector.PARALLEL,
			IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), new DaemonThreads("consul", "reader"));

	private final int max;

	private int running;

	WatchThreads(ConsulClient client, RandomGenerator random) {
		this.client = client;
		this.random = random;
		this.max = client.settings().maxWatches();
		this.readers.allowCoreThreadTimeOut(true);
	}

	/** Runs what reads. */
	Executor readers() {
		return this.readers;
	}

	/**
	 * Begins to watch if there may be one more.
	 * @param watch what to watch
	 * @return ends the watch; {@code null} if there are too many already
	 */
	@Nullable Subscription tryStart(WatchLoop.Watch watch) {
		synchronized (this) {
			if (this.running >= this.max) {
				return null;
			}
			this.running++;
		}
		return start(watch, this::ended);
	}

	/**
	 * Begins to watch, for the few that must not be refused.
	 * @param watch what to watch
	 * @return ends the watch
	 */
	Subscription start(WatchLoop.Watch watch) {
		return start(watch, () -> {
		});
	}

	private Subscription start(WatchLoop.Watch watch, Runnable onEnd) {
		WatchLoop loop = new WatchLoop(this.client, watch, this.random);
		Thread thread = this.threads.newThread(() -> {
			try {
				loop.run();
			}
			finally {
				onEnd.run();
			}
		});
		thread.start();
		return () -> {
			loop.end();
			thread.interrupt();
			this.client.abort(thread);
		};
	}

	private synchronized void ended() {
		this.running--;
	}

	/** Ends the threads that read; watches end one by one. */
	@Override
	public void close() {
		this.readers.shutdownNow();
	}

}
