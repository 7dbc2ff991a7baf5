package io.governance.loadbalancer;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/** How often each of some endpoints was picked. */
final class Distribution {

	private final Map<Endpoint, Integer> indexes;

	private final long[] counts;

	Distribution(List<Endpoint> endpoints) {
		this.indexes = IntStream.range(0, endpoints.size())
			.boxed()
			.collect(Collectors.toMap(endpoints::get, (index) -> index));
		this.counts = new long[endpoints.size()];
	}

	static Distribution of(List<Endpoint> endpoints, Picker picker, int picks) {
		Distribution distribution = new Distribution(endpoints);
		for (int i = 0; i < picks; i++) {
			distribution.add(picker.pick(PickRequest.ANY));
		}
		return distribution;
	}

	void add(Endpoint endpoint) {
		this.counts[this.indexes.get(endpoint)]++;
	}

	long[] counts() {
		return this.counts;
	}

	double share(int index) {
		return (double) this.counts[index] / Arrays.stream(this.counts).sum();
	}

	double maxToMean() {
		return Arrays.stream(this.counts).max().orElseThrow() / Arrays.stream(this.counts).average().orElseThrow();
	}

	/** Pearson's test: fails by chance once in 100,000. */
	void assertFits(int... weights) {
		double total = Arrays.stream(weights).asLongStream().sum();
		long picks = Arrays.stream(this.counts).sum();
		double chiSquare = 0;
		for (int i = 0; i < weights.length; i++) {
			double expected = picks * weights[i] / total;
			assertThat(expected).as("picks expected, for the test to be valid").isGreaterThan(5);
			chiSquare += Math.pow(this.counts[i] - expected, 2) / expected;
		}
		assertThat(chiSquare).as("chi-square of %s", Arrays.toString(this.counts))
			.isLessThan(chiSquareBound(weights.length - 1));
	}

	/**
	 * Wilson and Hilferty: the bound that chance exceeds once in 100,000 (4.26 sigma).
	 */
	static double chiSquareBound(int degrees) {
		return degrees * Math.pow(1 - 2.0 / (9 * degrees) + 4.26 * Math.sqrt(2.0 / (9 * degrees)), 3);
	}

}
