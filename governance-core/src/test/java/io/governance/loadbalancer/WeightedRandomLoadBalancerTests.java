package io.governance.loadbalancer;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class WeightedRandomLoadBalancerTests {

	private final WeightedRandomLoadBalancer loadBalancer = new WeightedRandomLoadBalancer();

	@Test
	void picksByWeight() {
		assertFits(5, 1, 1);
		assertFits(1, 10_000 / 100, 3);
		assertFits(100, 100, 100, 100);
		assertFits(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12);
	}

	@ParameterizedTest
	@ValueSource(ints = { 2, 10, 100 })
	void picksByAnyWeights(int size) {
		assertFits(IntStream.of(Endpoints.weights(size, size)).map((weight) -> Math.max(100, weight)).toArray());
	}

	/** Also where chance would not show it: adds up what the columns hold. */
	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 10, 100, 1000 })
	void probabilitiesAreExact(int size) {
		int[] weights = Endpoints.weights(size, 7);
		AliasTable table = new AliasTable(weights);
		double total = Arrays.stream(weights).sum();
		double[] shares = new double[size];
		for (int column = 0; column < size; column++) {
			long high = ((((long) column << 32) + size - 1) / size) << 32;
			long own = ownShare(table, high, column);
			shares[column] += own / 0x1p32 / size;
			if (own <= 0xFFFFFFFFL) {
				shares[table.draw(high | 0xFFFFFFFFL)] += (0x1p32 - own) / 0x1p32 / size;
			}
		}
		for (int i = 0; i < size; i++) {
			assertThat(shares[i]).isCloseTo(weights[i] / total, within(1e-8));
		}
	}

	/** How many of the 2^32 low halves fall on the column itself, by bisection. */
	private static long ownShare(AliasTable table, long high, int column) {
		if (table.draw(high | 0xFFFFFFFFL) == column) {
			return 1L << 32;
		}
		long own = 0;
		long other = 0xFFFFFFFFL;
		if (table.draw(high) != column) {
			return 0;
		}
		while (other - own > 1) {
			long middle = (own + other) / 2;
			if (table.draw(high | middle) == column) {
				own = middle;
			}
			else {
				other = middle;
			}
		}
		return other;
	}

	private void assertFits(int... weights) {
		List<Endpoint> endpoints = Endpoints.weighted(weights);
		Picker picker = this.loadBalancer
			.newPicker(PickerInput.of(endpoints).withRandom(new SplittableRandom(weights.length)));
		Distribution.of(endpoints, picker, 200_000).assertFits(weights);
	}

}
