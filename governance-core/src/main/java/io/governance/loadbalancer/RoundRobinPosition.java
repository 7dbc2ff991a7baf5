package io.governance.loadbalancer;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

/**
 * Where a round robin stands; shared by the pickers that follow each other. Thread-safe
 * without a lock.
 * <p>
 * It begins with one counter for all threads: whoever comes next gets the next index.
 * Once threads keep meeting there ({@value #MAX_COLLISIONS} times within
 * {@value #WINDOW_PICKS} picks) it goes over, for good, to stripes: counters far apart in
 * memory, one of which a thread finds by its id. Every stripe is an exact cycle, so that
 * with s stripes the numbers of picks of any two endpoints differ by at most s + 1.
 * <p>
 * A counter holds the index to pick next in its low bits, which wraps without a division,
 * and the number of picks in the others.
 */
final class RoundRobinPosition {

	/** The most endpoints. */
	static final int MAX_SIZE = 1 << 24;

	private static final int INDEX_BITS = 24;

	private static final long INDEX_MASK = MAX_SIZE - 1;

	private static final long ONE_PICK = (1L << INDEX_BITS) + 1;

	static final int WINDOW_PICKS = 1024;

	static final int MAX_COLLISIONS = 8;

	/** Counters are 128 bytes apart, since processors fetch cache lines in pairs. */
	private static final int SPACING = 16;

	private static final int COUNT_BITS = 8;

	private static final long COUNT_MASK = (1L << COUNT_BITS) - 1;

	private static final int MAX_STRIPES = 64;

	/** 2^64 divided by the golden ratio: spreads ids that follow each other. */
	private static final long GOLDEN = 0x9E3779B97F4A7C15L;

	private static final AtomicReferenceFieldUpdater<RoundRobinPosition, @Nullable AtomicLongArray> STRIPES = AtomicReferenceFieldUpdater
		.newUpdater(RoundRobinPosition.class, AtomicLongArray.class, "stripes");

	private static final AtomicLongFieldUpdater<RoundRobinPosition> SHARED = AtomicLongFieldUpdater
		.newUpdater(RoundRobinPosition.class, "shared");

	/**
	 * The counter of all threads. In no object of its own, which each pick would have to
	 * go through first.
	 */
	private volatile long shared;

	private final AtomicLong collisions = new AtomicLong();

	private final int stripeCount;

	private final int stripeShift;

	private volatile @Nullable AtomicLongArray stripes;

	RoundRobinPosition(int start) {
		this(start, Runtime.getRuntime().availableProcessors());
	}

	RoundRobinPosition(int start, int processors) {
		int bits = Math.min(Integer.numberOfTrailingZeros(MAX_STRIPES),
				Integer.SIZE - Integer.numberOfLeadingZeros(4 * processors - 1));
		this.stripeCount = 1 << bits;
		this.stripeShift = Long.SIZE - bits;
		this.shared = start;
	}

	/**
	 * The next index.
	 * @param size the number of endpoints, 2 or more
	 * @return 0 to size - 1
	 */
	int next(int size) {
		AtomicLongArray stripes = this.stripes;
		if (stripes != null) {
			int stripe = (int) ((Thread.currentThread().getId() * GOLDEN) >>> this.stripeShift);
			return nextOfStripe(stripes, stripe, size);
		}
		long before = this.shared;
		if (SHARED.compareAndSet(this, before, after(before, size))) {
			return index(before, size);
		}
		return nextAfterCollision(size);
	}

	private int nextOfStripe(AtomicLongArray stripes, int stripe, int size) {
		while (true) {
			int at = (stripe + 1) * SPACING;
			long before = stripes.get(at);
			if (stripes.compareAndSet(at, before, after(before, size))) {
				return index(before, size);
			}
			stripe = (stripe + 1) & (this.stripeCount - 1);
		}
	}

	private int nextAfterCollision(int size) {
		while (true) {
			long before = this.shared;
			if (collided(before >>> INDEX_BITS)) {
				stripe(size);
				return next(size);
			}
			if (SHARED.compareAndSet(this, before, after(before, size))) {
				return index(before, size);
			}
		}
	}

	/** Counts a collision; a count lost to another thread does no harm. */
	boolean collided(long picks) {
		long window = picks / WINDOW_PICKS;
		long seen = this.collisions.get();
		long count = (seen >>> COUNT_BITS == window) ? (seen & COUNT_MASK) + 1 : 1;
		this.collisions.set((window << COUNT_BITS) | count);
		return count >= MAX_COLLISIONS;
	}

	/**
	 * Goes over to stripes.
	 * @param size the number of endpoints
	 */
	void stripe(int size) {
		AtomicLongArray stripes = new AtomicLongArray((this.stripeCount + 1) * SPACING);
		spread(stripes, index(this.shared, size), size);
		STRIPES.compareAndSet(this, null, stripes);
	}

	/**
	 * Goes on from another index, for another number of endpoints.
	 * @param index the index
	 * @param size the number of endpoints, more than index
	 */
	void moveTo(int index, int size) {
		SHARED.updateAndGet(this, (counter) -> (counter & ~INDEX_MASK) | index);
		AtomicLongArray stripes = this.stripes;
		if (stripes != null) {
			spread(stripes, index, size);
		}
	}

	/** Stripes stand evenly apart, so that threads do not move as one. */
	private void spread(AtomicLongArray stripes, int start, int size) {
		for (int i = 0; i < this.stripeCount; i++) {
			stripes.set((i + 1) * SPACING, (start + (long) i * size / this.stripeCount) % size);
		}
	}

	boolean striped() {
		return this.stripes != null;
	}

	int[] stripeStarts() {
		AtomicLongArray stripes = this.stripes;
		return (stripes != null) ? IntStream.rangeClosed(1, this.stripeCount)
			.map((i) -> (int) (stripes.get(i * SPACING) & INDEX_MASK))
			.toArray() : new int[0];
	}

	int stripeCount() {
		return this.stripeCount;
	}

	private static long after(long counter, int size) {
		long next = counter + ONE_PICK;
		long index = next & INDEX_MASK;
		return (index < size) ? next : next - index + ((index == size) ? 0 : index % size);
	}

	private static int index(long counter, int size) {
		int index = (int) (counter & INDEX_MASK);
		// Not below size only where a picker of a longer list is still in use.
		return (index < size) ? index : index % size;
	}

}
