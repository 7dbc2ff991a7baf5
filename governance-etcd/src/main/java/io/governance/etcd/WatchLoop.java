package io.governance.etcd;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import io.governance.Backoff;
import io.governance.DaemonThreads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of all watches, and the heartbeat that notices a server which hangs: a
 * watch alone falls silent then. The thread starts with the first watch; nothing on it
 * ever blocks.
 */
final class WatchLoop implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(WatchLoop.class);

	private static final Duration HEARTBEAT = Duration.ofMillis(1500);

	private static final Duration RETRY_BASE = Duration.ofMillis(50);

	private static final Duration RETRY_CAP = Duration.ofSeconds(1);

	private final EtcdClient client;

	private final EtcdReader reader;

	private final Timeline timeline;

	private final EtcdSettings settings;

	private final RandomGenerator random;

	private final ScheduledThreadPoolExecutor thread;

	/* What follows belongs to the thread. */

	private final Set<RangeFeed<?>> feeds = new LinkedHashSet<>();

	private @Nullable Future<?> heartbeat;

	private boolean probing;

	WatchLoop(EtcdClient client, EtcdReader reader, Timeline timeline, EtcdSettings settings, RandomGenerator random) {
		this.client = client;
		this.reader = reader;
		this.timeline = timeline;
		this.settings = settings;
		this.random = random;
		this.thread = new ScheduledThreadPoolExecutor(1, new DaemonThreads("etcd", "watch"));
		this.thread.setRemoveOnCancelPolicy(true);
	}

	EtcdClient client() {
		return this.client;
	}

	EtcdReader reader() {
		return this.reader;
	}

	Timeline timeline() {
		return this.timeline;
	}

	Backoff backoff() {
		return new Backoff(RETRY_BASE, RETRY_CAP, this.random);
	}

	/** The longest pause of {@link #backoff()}. */
	long retryCapNanos() {
		return RETRY_CAP.toNanos();
	}

	/**
	 * Runs a task on the thread, unless this is closed. May be called from any thread.
	 */
	void execute(Runnable task) {
		try {
			this.thread.execute(guarded(task));
		}
		catch (RejectedExecutionException ex) {
			// Closed: nobody wants to know any more.
		}
	}

	/** Runs a task later, unless this is closed. */
	@Nullable Future<?> schedule(Runnable task, long nanos) {
		try {
			return this.thread.schedule(guarded(task), nanos, TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			return null;
		}
	}

	private static Runnable guarded(Runnable task) {
		return () -> {
			try {
				task.run();
			}
			catch (RuntimeException | Error ex) {
				logger.warn("Watching etcd goes on after an unexpected failure", ex);
			}
		};
	}

	/** How long until everything is read again; not the same for all. */
	long resyncNanos() {
		return (long) (this.settings.resync().toNanos() * (0.8 + 0.2 * this.random.nextDouble()));
	}

	void add(RangeFeed<?> feed) {
		this.feeds.add(feed);
		if (this.heartbeat == null && !this.thread.isShutdown()) {
			this.heartbeat = this.thread.scheduleWithFixedDelay(guarded(this::beat), HEARTBEAT.toMillis(),
					HEARTBEAT.toMillis(), TimeUnit.MILLISECONDS);
		}
	}

	void remove(RangeFeed<?> feed) {
		this.feeds.remove(feed);
		if (this.feeds.isEmpty() && this.heartbeat != null) {
			this.heartbeat.cancel(false);
			this.heartbeat = null;
		}
	}

	/**
	 * Asks again where one of several members does not answer, or is just losing its
	 * leader: the next call goes to another one.
	 * @param <T> the type of the answer
	 * @param question asks without waiting
	 * @return the answer
	 */
	<T> CompletableFuture<T> ask(Supplier<CompletableFuture<T>> question) {
		return question.get()
			.exceptionallyCompose((thrown) -> (hasSeveralMembers() && EtcdFailure.of(thrown).isOfConnection())
					? question.get() : CompletableFuture.failedFuture(thrown));
	}

	private boolean hasSeveralMembers() {
		return this.settings.endpoints().size() > 1;
	}

	/**
	 * Asks about a range that is watched: whoever may watch it may ask, too. The answer
	 * of one member says nothing about a watch of another one: those are asked each.
	 */
	private void beat() {
		if (hasSeveralMembers()) {
			List.copyOf(this.feeds).forEach(RangeFeed::ping);
		}
		RangeFeed<?> any = this.feeds.stream().filter(RangeFeed::isWatching).findFirst().orElse(null);
		if (any == null || this.probing) {
			return;
		}
		this.probing = true;
		ask(() -> this.reader.probe(any.range())).whenComplete((position, thrown) -> execute(() -> {
			this.probing = false;
			List<RangeFeed<?>> all = List.copyOf(this.feeds);
			if (thrown != null) {
				EtcdFailure failure = EtcdFailure.of(thrown);
				all.forEach((feed) -> feed.interrupted(failure));
			}
			else {
				all.forEach((feed) -> feed.heard(position));
			}
		}));
	}

	/** Explains a failure to whoever watches. */
	String explain(EtcdFailure failure) {
		return "etcd at " + this.settings.endpoints() + " cannot be watched: " + failure.reason();
	}

	@Override
	public void close() {
		this.thread.execute(() -> List.copyOf(this.feeds).forEach(RangeFeed::end));
		this.thread.shutdown();
		this.thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
		try {
			if (!this.thread.awaitTermination(1, TimeUnit.SECONDS)) {
				this.thread.shutdownNow();
			}
		}
		catch (InterruptedException ex) {
			this.thread.shutdownNow();
			Thread.currentThread().interrupt();
		}
	}

}
