package io.governance.loadbalancer;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A number that halves with time and is corrected by observations. The number and its
 * time are one word, so that readers never see one without the other. Thread-safe without
 * a lock; of observations at the same moment one may be lost.
 */
final class DecayingAverage {

	/** Ticks of 2^20 ns, a little more than a millisecond; they wrap after 52 days. */
	private static final int TICK_BITS = 20;

	/** Beyond that many halvings nothing is left. */
	private static final int MAX_HALVINGS = 60;

	private final float ticksToHalf;

	/** The bits of a float above those of the tick. */
	private final AtomicLong state = new AtomicLong();

	/**
	 * Creates an average of 0.
	 * @param halfLifeNanos the time in which it halves, in nanoseconds
	 */
	DecayingAverage(long halfLifeNanos) {
		this.ticksToHalf = Math.max(1, halfLifeNanos >> TICK_BITS);
	}

	/**
	 * The number now.
	 * @param nanos the time
	 * @return 0 or more
	 */
	float at(long nanos) {
		long state = this.state.get();
		float value = valueOf(state);
		return (value == 0) ? 0 : value * decay(ticks(nanos) - (int) state);
	}

	/**
	 * Takes the observation at once where it is the larger one, else moves towards it.
	 * @param observed what was observed
	 * @param nanos the time
	 */
	void peak(float observed, long nanos) {
		long before = this.state.get();
		float kept = decay(ticks(nanos) - (int) before);
		float value = valueOf(before);
		set(before, (observed >= value) ? observed : value * kept + observed * (1 - kept), nanos);
	}

	/**
	 * Moves towards an observation by a share of the difference.
	 * @param observed what was observed
	 * @param share 0 to 1
	 * @param nanos the time
	 */
	void move(float observed, float share, long nanos) {
		float value = at(nanos);
		set(this.state.get(), value + (observed - value) * share, nanos);
	}

	private void set(long before, float value, long nanos) {
		this.state.compareAndSet(before,
				((long) Float.floatToRawIntBits(value) << Integer.SIZE) | Integer.toUnsignedLong(ticks(nanos)));
	}

	/**
	 * What is left of 1: exact after each whole half-life and linear in between, which
	 * costs no exponential function and is at most 6 % too much.
	 */
	private float decay(int ticks) {
		if (ticks <= 0) {
			return 1;
		}
		float halvings = ticks / this.ticksToHalf;
		if (halvings >= MAX_HALVINGS) {
			return 0;
		}
		int whole = (int) halvings;
		float part = 1 - (halvings - whole) / 2;
		return part * Float.intBitsToFloat((127 - whole) << 23);
	}

	private static float valueOf(long state) {
		return Float.intBitsToFloat((int) (state >>> Integer.SIZE));
	}

	private static int ticks(long nanos) {
		return (int) (nanos >> TICK_BITS);
	}

}
