package io.governance.gray;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A share in hundredths of a percent, which may rise by itself as time goes by. Where it
 * has risen it stays, also if the clock is set back. Thread-safe.
 */
public final class Share {

	private final InstantSource clock;

	private final long[] times;

	private final int[] values;

	/** The step reached; before the first one, -1. */
	private volatile int reached;

	private Share(InstantSource clock, long[] times, int[] values) {
		this.clock = clock;
		this.times = times;
		this.values = values;
		this.reached = (times.length == 0) ? 0 : -1;
	}

	/**
	 * A share that stays.
	 * @param basisPoints the share in hundredths of a percent, 0 to 10,000
	 * @return the share
	 * @throws IllegalArgumentException if it is out of range
	 */
	public static Share of(int basisPoints) {
		return new Share(InstantSource.system(), new long[0], new int[] { checked(basisPoints) });
	}

	/**
	 * A share that rises: 0 before the first step.
	 * @param steps the share in hundredths of a percent from each time on
	 * @param clock tells the time
	 * @return the share
	 * @throws IllegalArgumentException if there is no step, one is out of range, or a
	 * later one is lower
	 */
	public static Share rising(Map<Instant, Integer> steps, InstantSource clock) {
		NavigableMap<Instant, Integer> sorted = new TreeMap<>(steps);
		if (sorted.isEmpty()) {
			throw new IllegalArgumentException("No steps");
		}
		int before = 0;
		for (int value : sorted.values()) {
			if (checked(value) < before) {
				throw new IllegalArgumentException(
						"A share that falls from " + before + " to " + value + " basis points would move users back");
			}
			before = value;
		}
		return new Share(clock, sorted.keySet().stream().mapToLong(Instant::toEpochMilli).toArray(),
				sorted.values().stream().mapToInt(Integer::intValue).toArray());
	}

	private static int checked(int basisPoints) {
		if (basisPoints < 0 || basisPoints > PercentageStrategy.ALL) {
			throw new IllegalArgumentException(
					"A share of " + basisPoints + " basis points is not 0 to " + PercentageStrategy.ALL);
		}
		return basisPoints;
	}

	/**
	 * The share now.
	 * @return the share in hundredths of a percent, 0 to 10,000
	 */
	public int basisPoints() {
		int step = this.reached;
		if (step + 1 < this.times.length && this.clock.millis() >= this.times[step + 1]) {
			step = advance();
		}
		return (step >= 0) ? this.values[step] : 0;
	}

	private synchronized int advance() {
		long now = this.clock.millis();
		int step = this.reached;
		while (step + 1 < this.times.length && now >= this.times[step + 1]) {
			step++;
		}
		this.reached = step;
		return step;
	}

	@Override
	public String toString() {
		String now = Double.toString(basisPoints() / 100.0);
		return (this.times.length == 0) ? now : now + ", step " + (this.reached + 1) + " of " + this.times.length;
	}

}
