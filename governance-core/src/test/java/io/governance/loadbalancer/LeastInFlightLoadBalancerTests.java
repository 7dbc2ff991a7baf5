package io.governance.loadbalancer;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class LeastInFlightLoadBalancerTests {

	private final LeastInFlightLoadBalancer loadBalancer = new LeastInFlightLoadBalancer();

	@ParameterizedTest
	@ValueSource(ints = { 2, 3, LeastInFlightLoadBalancer.EXACT })
	void picksExactlyTheOneWithTheFewestCallsOfAFew(int size) {
		List<Endpoint> endpoints = Endpoints.of(size);
		Picker picker = picker(endpoints);
		SplittableRandom random = new SplittableRandom(size);
		for (int i = 0; i < 2000; i++) {
			Endpoint picked = picker.pick(PickRequest.ANY);
			int least = endpoints.stream().mapToInt((endpoint) -> endpoint.stats().inFlight()).min().orElseThrow();
			assertThat(picked.stats().inFlight()).isEqualTo(least);
			picked.begin();
			Endpoint other = endpoints.get(random.nextInt(size));
			if (other.stats().inFlight() > 0 && random.nextBoolean()) {
				other.end(1, Outcome.SUCCESS);
			}
		}
	}

	@Test
	void callsUnderWayFollowWeights() {
		List<Endpoint> endpoints = Endpoints.weighted(100, 50, 10);
		Picker picker = picker(endpoints);
		for (int i = 0; i < 1600; i++) {
			picker.pick(PickRequest.ANY).begin();
		}
		assertThat(endpoints).extracting((endpoint) -> endpoint.stats().inFlight()).containsExactly(1000, 500, 100);
	}

	@ParameterizedTest
	@ValueSource(ints = { 3, LeastInFlightLoadBalancer.EXACT, LeastInFlightLoadBalancer.EXACT + 1, 100 })
	void equalsArePickedByWeight(int size) {
		int[] weights = IntStream.range(0, size).map((i) -> 1 + i % 7).toArray();
		List<Endpoint> endpoints = Endpoints.weighted(weights);
		Distribution.of(endpoints, picker(endpoints), 200_000).assertFits(weights);
	}

	@ParameterizedTest
	@ValueSource(ints = { 17, 100, 1000 })
	void ofManyNoneIsFarAboveTheAverage(int size) {
		List<Endpoint> endpoints = Endpoints.of(size);
		Picker picker = picker(endpoints);
		for (int i = 0; i < 20 * size; i++) {
			picker.pick(PickRequest.ANY).begin();
		}
		int[] calls = endpoints.stream().mapToInt((endpoint) -> endpoint.stats().inFlight()).toArray();
		// Random choice would leave the busiest of 1,000 with about 35.
		assertThat(Arrays.stream(calls).max().orElseThrow()).isLessThanOrEqualTo(22);
	}

	@Test
	void ofManyABusyOneIsAvoided() {
		List<Endpoint> endpoints = Endpoints.of(100);
		for (int i = 0; i < 50; i++) {
			endpoints.get(7).begin();
		}
		Distribution picked = Distribution.of(endpoints, picker(endpoints), 50_000);
		assertThat(picked.counts()[7]).isZero();
		assertThat(Arrays.stream(picked.counts()).boxed().max(Comparator.naturalOrder()).orElseThrow()).isLessThan(700);
	}

	private Picker picker(List<Endpoint> endpoints) {
		return this.loadBalancer.newPicker(PickerInput.of(endpoints).withRandom(new SplittableRandom(1)));
	}

}
