package io.governance.loadbalancer;

import java.time.Duration;

/**
 * The arithmetic of a number that halves with time and is corrected by observations.
 * Number and time are one {@code long}, so that whoever keeps it can replace both at once
 * and readers never see one without the other; 0 is a number that is not known. Immutable
 * and thread-safe.
 */
final class DecayingAverage {

	/** Ticks of 2^20 ns, a little more than a millisecond; they wrap after 52 days. */
	static final int TICK_BITS = 20;

	/** Beyond that many halvings nothing is left. */
	private static final int MAX_HALVINGS = 60;

	private final float halvingsPerTick;

	/**
	 * Creates the arithmetic.
	 * @param halfLife the time in which the number halves
	 */
	DecayingAverage(Duration halfLife) {
		this.halvingsPerTick = 1f / Math.max(1, halfLife.toNanos() >> TICK_BITS);
	}

	/**
	 * The number now.
	 * @param state what is known
	 * @param nanos the time
	 * @return 0 or more
	 */
	float at(long state, long nanos) {
		float value = value(state);
		return (value == 0) ? 0 : value * kept(state, nanos);
	}

	/**
	 * Takes an observation at once where it is the larger one, else moves towards it the
	 * further, the longer ago the last one was.
	 * @param state what is known
	 * @param observed what was observed
	 * @param nanos the time
	 * @return what is known now
	 */
	long peak(long state, float observed, long nanos) {
		float value = value(state);
		float kept = kept(state, nanos);
		return state((observed >= value) ? observed : value * kept + observed * (1 - kept), nanos);
	}

	/**
	 * Moves towards an observation by a share of the difference.
	 * @param state what is known
	 * @param observed what was observed
	 * @param share 0 to 1
	 * @param nanos the time
	 * @return what is known now
	 */
	long moved(long state, float observed, float share, long nanos) {
		float value = at(state, nanos);
		return state(value + (observed - value) * share, nanos);
	}

	/**
	 * Takes an observation that is larger, else stays at the number without the time that
	 * has passed. What is not known stays so.
	 * @param state what is known
	 * @param observed what was observed
	 * @param nanos the time
	 * @return what is known now
	 */
	long held(long state, float observed, long nanos) {
		return (state != 0) ? state(Math.max(value(state), observed), nanos) : 0;
	}

	private static float value(long state) {
		return Float.intBitsToFloat((int) (state >>> Integer.SIZE));
	}

	private float kept(long state, long nanos) {
		return decay(ticks(nanos) - (int) state);
	}

	/**
	 * What is left of 1: halved for each whole half-life, and a cubic for the rest, which
	 * is at most 0.1 % off and costs less than an exponential function.
	 */
	private float decay(int ticks) {
		if (ticks <= 0) {
			return 1;
		}
		float halvings = ticks * this.halvingsPerTick;
		if (halvings >= MAX_HALVINGS) {
			return 0;
		}
		int whole = (int) halvings;
		float rest = halvings - whole;
		float part = 1 - rest * (0.69315f - rest * (0.24023f - rest * 0.04708f));
		return part * Float.intBitsToFloat((127 - whole) << 23);
	}

	private static long state(float value, long nanos) {
		return ((long) Float.floatToRawIntBits(value) << Integer.SIZE) | Integer.toUnsignedLong(ticks(nanos));
	}

	private static int ticks(long nanos) {
		return (int) (nanos >> TICK_BITS);
	}

}
