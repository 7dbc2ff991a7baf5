package io.governance.consul;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

import io.governance.Subscription;
import io.governance.DaemonThreads;
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

	/** What ends each of those that run. */
	private final Set<Subscription> running = new LinkedHashSet<>();

	private int limited;

	private boolean closed;

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
	synchronized @Nullable Subscription tryStart(WatchLoop.Watch watch) {
		if (this.limited >= this.max) {
			return null;
		}
		this.limited++;
		return start(watch, 1);
	}

	/**
	 * Begins to watch, for the few that must not be refused.
	 * @param watch what to watch
	 * @return ends the watch
	 */
	synchronized Subscription start(WatchLoop.Watch watch) {
		return start(watch, 0);
	}

	private Subscription start(WatchLoop.Watch watch, int counted) {
		WatchLoop loop = new WatchLoop(this.client, watch, this.random);
		Subscription[] end = new Subscription[1];
		Thread thread = this.threads.newThread(() -> {
			try {
				loop.run();
			}
			finally {
				ended(end[0], counted);
			}
		});
		end[0] = () -> {
			loop.end();
			thread.interrupt();
			this.client.abort(thread);
		};
		if (!this.closed) {
			this.running.add(end[0]);
			thread.start();
		}
		return end[0];
	}

	private synchronized void ended(Subscription end, int counted) {
		this.running.remove(end);
		this.limited -= counted;
	}

	/** Ends all threads, also those of watches that nobody has ended. */
	@Override
	public void close() {
		List<Subscription> left;
		synchronized (this) {
			this.closed = true;
			left = List.copyOf(this.running);
		}
		left.forEach(Subscription::close);
		this.readers.shutdownNow();
	}

}
