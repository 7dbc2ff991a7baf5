package io.governance.loadbalancer;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * One round of a weighted round robin: which index has its turn when.
 * <p>
 * Weights are divided by what they have in common. A round of up to {@value #EXACT_WORK}
 * steps of work is that of nginx's smooth weighted round robin: at each turn every index
 * gains its weight, the one that has most takes the turn and pays the total, so that 5,
 * 1, 1 gives 0 0 1 0 2 0 0. Longer rounds spread the turns of each index evenly in time
 * proportional to their number, with the same shares.
 * <p>
 * A round has at most {@value #MAX_TURNS} turns, or {@value #TURNS_PER_INDEX} for each
 * index if that is more. Weights that need more are rounded by largest remainders: a
 * share is then off by less than one turn in a round, except that whoever would get less
 * than one turn gets one, which the others give.
 */
final class WeightedSequence {

	static final int MAX_TURNS = 1 << 16;

	static final int TURNS_PER_INDEX = 16;

	static final int EXACT_WORK = 1 << 19;

	/**
	 * The golden ratio's fraction: its multiples spread evenly, however many there are.
	 */
	private static final double GOLDEN = 0.6180339887498949;

	private WeightedSequence() {
	}

	/**
	 * The sequence for weights.
	 * @param weights the weights, each above 0
	 * @return the indexes of the weights in the order of their turns
	 */
	static int[] of(int[] weights) {
		int[] turns = turns(weights);
		int total = Arrays.stream(turns).sum();
		return ((long) total * turns.length <= EXACT_WORK) ? smooth(turns, total) : spread(turns, total);
	}

	/**
	 * How many turns each index has in a round.
	 * @param weights the weights, each above 0
	 * @return the turns, each above 0
	 */
	static int[] turns(int[] weights) {
		int divisor = Arrays.stream(weights).reduce(0, WeightedSequence::greatestCommonDivisor);
		long total = Arrays.stream(weights).asLongStream().sum();
		int most = Math.max(MAX_TURNS, TURNS_PER_INDEX * weights.length);
		if (weights.length == 0 || total / divisor <= most) {
			return Arrays.stream(weights).map((weight) -> weight / divisor).toArray();
		}
		return round(weights, total, most);
	}

	private static int[] round(int[] weights, long total, int most) {
		// Who would get less than a turn gets one; the others share the rest.
		long limit = total / most;
		long small = Arrays.stream(weights).filter((weight) -> weight <= limit).count();
		long shared = Arrays.stream(weights).filter((weight) -> weight > limit).asLongStream().sum();
		long turnsShared = most - small;
		int[] turns = new int[weights.length];
		long[] remainders = new long[weights.length];
		long given = 0;
		for (int i = 0; i < weights.length; i++) {
			if (weights[i] <= limit) {
				turns[i] = 1;
				remainders[i] = -1;
			}
			else {
				long exact = weights[i] * turnsShared;
				turns[i] = (int) Math.max(1, exact / shared);
				remainders[i] = exact - turns[i] * shared;
			}
			given += turns[i];
		}
		IntStream.range(0, weights.length)
			.boxed()
			.sorted(Comparator.comparingLong((Integer i) -> -remainders[i]))
			.limit(Math.max(0, most - given))
			.forEach((i) -> turns[i]++);
		return turns;
	}

	private static int[] smooth(int[] turns, int total) {
		int[] gained = new int[turns.length];
		int[] sequence = new int[total];
		for (int turn = 0; turn < total; turn++) {
			int most = 0;
			for (int i = 0; i < turns.length; i++) {
				gained[i] += turns[i];
				if (gained[i] > gained[most]) {
					most = i;
				}
			}
			gained[most] -= total;
			sequence[turn] = most;
		}
		return sequence;
	}

	/** Sorts the turns by the moments at which they would be due, by counting. */
	private static int[] spread(int[] turns, int total) {
		int[] moments = new int[total];
		int[] starts = new int[total + 1];
		int next = 0;
		for (int i = 0; i < turns.length; i++) {
			// Indexes with few turns begin apart, so that they do not follow each other.
			double phase = (i * GOLDEN) % 1;
			double step = (double) total / turns[i];
			for (int turn = 0; turn < turns[i]; turn++) {
				int moment = Math.min(total - 1, (int) ((turn + phase) * step));
				moments[next++] = moment;
				starts[moment + 1]++;
			}
		}
		for (int i = 1; i <= total; i++) {
			starts[i] += starts[i - 1];
		}
		int[] sequence = new int[total];
		next = 0;
		for (int i = 0; i < turns.length; i++) {
			for (int turn = 0; turn < turns[i]; turn++) {
				sequence[starts[moments[next++]]++] = i;
			}
		}
		return sequence;
	}

	private static int greatestCommonDivisor(int a, int b) {
		return (b == 0) ? a : greatestCommonDivisor(b, a % b);
	}

}
