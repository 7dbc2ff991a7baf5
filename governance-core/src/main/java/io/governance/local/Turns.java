package io.governance.local;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.jspecify.annotations.Nullable;

/**
 * Lets one at a time have a path, in the order in which they came. Knows a path only as
 * long as somebody has it or waits for it. Thread-safe.
 */
final class Turns {

	private final ConcurrentMap<Path, Queue> queues = new ConcurrentHashMap<>();

	/**
	 * Waits for a turn.
	 * @param path the path
	 * @param patience how long to wait; zero or less not to wait
	 * @return what ends the turn, or {@code null} if it did not come in time
	 * @throws InterruptedException if the thread is interrupted meanwhile
	 */
	@Nullable Runnable await(Path path, Duration patience) throws InterruptedException {
		Queue queue = enter(path);
		boolean passed = false;
		try {
			passed = queue.free.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
		}
		finally {
			if (!passed) {
				leave(path);
			}
		}
		return passed ? end(path, queue) : null;
	}

	/** A turn that is ended twice would let in two. */
	private Runnable end(Path path, Queue queue) {
		AtomicBoolean ended = new AtomicBoolean();
		return () -> {
			if (ended.compareAndSet(false, true)) {
				queue.free.release();
				leave(path);
			}
		};
	}

	private Queue enter(Path path) {
		return this.queues.compute(path, (any, known) -> {
			Queue queue = (known != null) ? known : new Queue();
			queue.members++;
			return queue;
		});
	}

	private void leave(Path path) {
		this.queues.computeIfPresent(path, (any, queue) -> (--queue.members > 0) ? queue : null);
	}

	boolean isEmpty() {
		return this.queues.isEmpty();
	}

	/** Whoever has a path, and those that wait for it. */
	private static final class Queue {

		private final Semaphore free = new Semaphore(1, true);

		/** Changes only while the map computes the entry. */
		private int members;

	}

}
