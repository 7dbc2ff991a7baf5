package io.governance.loadbalancer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class RandomLoadBalancerTests {

	private final RandomLoadBalancer loadBalancer = new RandomLoadBalancer();

	@Test
	void picksNoneOfNone() {
		assertThat(this.loadBalancer.newPicker(PickerInput.of(List.of())).pick(PickRequest.ANY)).isNull();
	}

	@ParameterizedTest
	@ValueSource(ints = { 2, 3, 10, 100 })
	void picksEachWithTheSameProbability(int size) {
		// Seeded, so that the outcome is the same in each run.
		assertUniform(size, new SplittableRandom(42));
	}

	@Test
	void usesTheRandomnessOfTheThreadByDefault() {
		List<Endpoint> endpoints = Endpoints.of(4);
		Picker picker = this.loadBalancer.newPicker(PickerInput.of(endpoints));
		Map<Endpoint, Integer> counts = new HashMap<>();
		for (int i = 0; i < 4000; i++) {
			counts.merge(picker.pick(PickRequest.ANY), 1, Integer::sum);
		}
		// 10 standard deviations
		assertThat(counts.values()).hasSize(4).allSatisfy((count) -> assertThat(count).isBetween(726, 1274));
	}

	private void assertUniform(int size, RandomGenerator random) {
		List<Endpoint> endpoints = Endpoints.of(size);
		Picker picker = this.loadBalancer.newPicker(PickerInput.of(endpoints).withRandom(random));
		Map<Endpoint, Integer> counts = new HashMap<>();
		int expected = 10_000;
		for (int i = 0; i < size * expected; i++) {
			counts.merge(picker.pick(PickRequest.ANY), 1, Integer::sum);
		}
		double chiSquare = endpoints.stream()
			.mapToDouble((endpoint) -> Math.pow(counts.getOrDefault(endpoint, 0) - expected, 2) / expected)
			.sum();
		int degrees = size - 1;
		// Wilson and Hilferty: the bound that chance exceeds once in 100,000 (4.26 sigma)
		double bound = degrees * Math.pow(1 - 2.0 / (9 * degrees) + 4.26 * Math.sqrt(2.0 / (9 * degrees)), 3);
		assertThat(chiSquare).isLessThan(bound);
	}

}
