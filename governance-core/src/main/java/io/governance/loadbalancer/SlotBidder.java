package io.governance.loadbalancer;

/**
 * One who bids for slots, and the slot goes to whoever comes first. It visits all slots
 * in an order of its own, a permutation that can be computed both ways: which slot is its
 * k-th, and as which it visits a given slot. When it comes to its k-th slot follows an
 * exponential distribution whose rate is its weight, so that it is the first of all with
 * a probability in proportion to its weight, whoever the others are. Depends on id and
 * weight alone, and is the same in every process. Immutable and thread-safe.
 */
final class SlotBidder {

	static final int BITS = 17;

	static final int SLOTS = 1 << BITS;

	private static final int MASK = SLOTS - 1;

	/** Over half the bits, so that a shift by it undoes itself. */
	private static final int SHIFT = 9;

	private static final double LN_2 = 0.6931471805599453;

	private static final int JITTER_BITS = 24;

	private static final long JITTER = 0xD1342543DE82EF95L;

	private final long hash;

	private final int weight;

	private final double pace;

	private final int[] factors = new int[3];

	private final int[] inverses = new int[3];

	private final int[] terms = new int[3];

	SlotBidder(String id, int weight) {
		this.hash = StableHash.of(id);
		this.weight = weight;
		this.pace = 1.0 / weight;
		for (int round = 0; round < this.factors.length; round++) {
			long key = StableHash.mix(this.hash + round + 1);
			this.factors[round] = (int) key | 1;
			this.inverses[round] = inverse(this.factors[round]);
			this.terms[round] = (int) (key >>> Integer.SIZE);
		}
	}

	/**
	 * Newton's iteration doubles the number of right bits, of which an odd number has 3.
	 */
	private static int inverse(int odd) {
		int inverse = odd;
		for (int bits = 3; bits < BITS; bits *= 2) {
			inverse *= 2 - odd * inverse;
		}
		return inverse;
	}

	/**
	 * The slot that is visited k-th.
	 * @param rank k, from 0
	 * @return the slot
	 */
	int slotAt(int rank) {
		int x = (rank * this.factors[0] + this.terms[0]) & MASK;
		x ^= x >>> SHIFT;
		x = (x * this.factors[1] + this.terms[1]) & MASK;
		x ^= x >>> SHIFT;
		return (x * this.factors[2] + this.terms[2]) & MASK;
	}

	/**
	 * As which a slot is visited.
	 * @param slot the slot
	 * @return k, from 0
	 */
	int rankOf(int slot) {
		int x = ((slot - this.terms[2]) * this.inverses[2]) & MASK;
		x ^= x >>> SHIFT;
		x = ((x - this.terms[1]) * this.inverses[1]) & MASK;
		x ^= x >>> SHIFT;
		return ((x - this.terms[0]) * this.inverses[0]) & MASK;
	}

	/**
	 * When the k-th slot is visited: later for a higher k.
	 * @param rank k, from 0
	 * @return the time, above 0
	 */
	double time(int rank) {
		return exponential(progress(rank)) * this.pace;
	}

	/**
	 * When the k-th slot is visited at the earliest, which is known sooner: not later
	 * than {@link #time}.
	 * @param rank k, from 0
	 * @return the time, 0 or more
	 */
	double timeAtLeast(int rank) {
		return rank * this.pace / SLOTS;
	}

	/** Between rank and rank + 1, of all slots. */
	private double progress(int rank) {
		long jitter = ((rank ^ this.hash) * JITTER) >>> (Long.SIZE - JITTER_BITS);
		return (rank + (jitter + 0.5) / (1 << JITTER_BITS)) / SLOTS;
	}

	/**
	 * The logarithm -ln(1 - u) to six digits, by operations that give the same result on
	 * every machine, as {@code Math.log} need not.
	 */
	private static double exponential(double u) {
		double rest = 1 - u;
		double halvings = 0;
		while (rest < 0.5) {
			rest *= 2;
			halvings += LN_2;
		}
		double z = (1 - rest) / (1 + rest);
		double square = z * z;
		return halvings
				+ 2 * z * (1 + square * (1.0 / 3 + square * (1.0 / 5 + square * (1.0 / 7 + square * (1.0 / 9)))));
	}

	/**
	 * Whether this one comes before another one in the rare case that both come at the
	 * same time.
	 * @param other the other one
	 * @return {@code true} for one of the two
	 */
	boolean precedes(SlotBidder other) {
		return this.hash < other.hash;
	}

	int weight() {
		return this.weight;
	}

	/**
	 * Whether both visit all slots at the same times.
	 * @param other the other one
	 * @return {@code true} if id and weight are the same
	 */
	boolean isLike(SlotBidder other) {
		return this.hash == other.hash && this.weight == other.weight;
	}

	long hash() {
		return this.hash;
	}

}
