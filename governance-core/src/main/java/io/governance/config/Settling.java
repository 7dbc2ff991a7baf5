package io.governance.config;

import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * Gathers what is delivered in quick succession: hands on the newest when nothing has
 * come for a while, and at the latest after five times that while, so that a stream
 * without a pause is applied as well. Thread-safe.
 */
final class Settling implements AutoCloseable {

	/** How many times the settle time a delivery waits at most. */
	static final int PATIENCE = 5;

	private static final Duration CLOSING = Duration.ofSeconds(5);

	private final long settle;

	private final Consumer<ConfigDocuments> next;

	private final ScheduledThreadPoolExecutor timer;

	private volatile @Nullable Thread thread;

	private @Nullable ConfigDocuments newest;

	private long first;

	private @Nullable Future<?> due;

	/**
	 * Creates a gathering.
	 * @param settle how long nothing must come; more than zero
	 * @param next who gets what was gathered
	 */
	Settling(Duration settle, Consumer<ConfigDocuments> next) {
		this.settle = settle.toNanos();
		this.next = next;
		this.timer = new ScheduledThreadPoolExecutor(1, (task) -> {
			Thread created = new Thread(task, "governance-config-settle");
			created.setDaemon(true);
			this.thread = created;
			return created;
		});
		this.timer.setRemoveOnCancelPolicy(true);
		this.timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
	}

	synchronized void offer(ConfigDocuments documents) {
		if (this.timer.isShutdown()) {
			return;
		}
		long now = System.nanoTime();
		if (this.newest == null) {
			this.first = now;
		}
		this.newest = documents;
		if (this.due != null) {
			this.due.cancel(false);
		}
		long wait = Math.min(this.settle, PATIENCE * this.settle - (now - this.first));
		this.due = this.timer.schedule(this::take, Math.max(0, wait), TimeUnit.NANOSECONDS);
	}

	private void take() {
		ConfigDocuments documents;
		synchronized (this) {
			documents = this.newest;
			this.newest = null;
			this.due = null;
		}
		if (documents != null) {
			this.next.accept(documents);
		}
	}

	/**
	 * Drops what was gathered, and waits for what is being handed on.
	 */
	@Override
	public void close() {
		this.timer.shutdown();
		if (Thread.currentThread() == this.thread) {
			return;
		}
		try {
			this.timer.awaitTermination(CLOSING.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
