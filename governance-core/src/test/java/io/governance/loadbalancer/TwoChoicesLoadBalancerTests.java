package io.governance.loadbalancer;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class TwoChoicesLoadBalancerTests {

	private final TwoChoicesLoadBalancer loadBalancer = new TwoChoicesLoadBalancer();

	private final VirtualFleet fleet = new VirtualFleet(this.loadBalancer);

	@ParameterizedTest
	@ValueSource(ints = { 2, 3, 10, 100 })
	void equalsArePickedWithTheSameProbability(int size) {
		List<Endpoint> endpoints = Endpoints.of(size);
		int[] weights = new int[size];
		Arrays.fill(weights, 1);
		Distribution.of(endpoints, picker(endpoints), 200_000).assertFits(weights);
	}

	@ParameterizedTest
	@CsvSource({ "2, false", "5, false", "2, true", "5, true" })
	void theWorstOfAllIsNeverPicked(int size, boolean weighted) {
		int[] weights = new int[size];
		Arrays.fill(weights, 100);
		weights[1] = weighted ? 10_000 : 100;
		List<Endpoint> endpoints = Endpoints.weighted(new CallClock(() -> 0), weights);
		for (Endpoint endpoint : endpoints) {
			endpoint.begin();
			endpoint.end(1_000_000, Outcome.SUCCESS);
		}
		endpoints.get(1).begin();
		endpoints.get(1).end(4_000_000, Outcome.SUCCESS);
		assertThat(Distribution.of(endpoints, picker(endpoints), 10_000).counts()[1]).isZero();
	}

	@Test
	void eachPairIsDrawnAsOften() {
		List<Endpoint> endpoints = Endpoints.weighted(new CallClock(() -> 0), 1, 1, 1, 1, 1);
		for (int i = 0; i < 5; i++) {
			endpoints.get(i).begin();
			endpoints.get(i).end(1_000_000 * (i + 1), Outcome.SUCCESS);
		}
		Distribution picked = Distribution.of(endpoints, picker(endpoints), 100_000);
		assertThat(picked.counts()[4]).isZero();
		// The best wins against four others, the second one against three.
		picked.assertFits(4, 3, 2, 1);
	}

	@Test
	void callsUnderWayCount() {
		List<Endpoint> endpoints = Endpoints.of(2);
		Picker picker = picker(endpoints);
		for (int i = 0; i < 100; i++) {
			picker.pick(PickRequest.ANY).begin();
		}
		assertThat(endpoints).extracting((endpoint) -> endpoint.stats().inFlight()).containsExactly(50, 50);
	}

	@ParameterizedTest
	@ValueSource(doubles = { 20, 1000, 20_000 })
	void whoeverFailsFastAttractsNoCallsButIsTriedAgain(double perSecond) {
		for (int i = 0; i < 9; i++) {
			this.fleet.add(100, this.fleet.ok(10));
		}
		int dead = this.fleet.add(100, this.fleet.refused());
		this.fleet.call(perSecond, Duration.ofSeconds(5));
		long[] counts = this.fleet.call(perSecond, Duration.ofSeconds(60));
		assertThat(counts[dead]).as("calls in a minute").isBetween(4L, 240L);
		assertThat(VirtualFleet.share(counts, dead)).isLessThan(0.03);
	}

	@Test
	void whoeverDiesAmongTwoIsAvoidedThoughItWeighsMore() {
		int dead = this.fleet.add(1000, this.fleet.ok(10));
		this.fleet.add(100, this.fleet.ok(10));
		this.fleet.call(100, Duration.ofSeconds(10));
		this.fleet.become(dead, this.fleet.refused());
		assertThat(VirtualFleet.share(this.fleet.call(100, Duration.ofSeconds(60)), dead)).isLessThan(0.03);
	}

	@Test
	void whoeverRecoveredIsBackAfterSomeSeconds() {
		for (int i = 0; i < 9; i++) {
			this.fleet.add(100, this.fleet.ok(10));
		}
		int dead = this.fleet.add(100, this.fleet.refused());
		this.fleet.call(1000, Duration.ofMinutes(5));
		this.fleet.become(dead, this.fleet.ok(10));
		this.fleet.call(1000, Duration.ofSeconds(12));
		assertThat(VirtualFleet.share(this.fleet.call(1000, Duration.ofSeconds(10)), dead)).isCloseTo(0.1,
				within(0.03));
	}

	@Test
	void oneOddErrorDoesNotBanish() {
		int odd = this.fleet.add(100, this.fleet.ok(10));
		for (int i = 0; i < 9; i++) {
			this.fleet.add(100, this.fleet.ok(10));
		}
		this.fleet.call(1000, Duration.ofSeconds(10));
		this.fleet.become(odd, this.fleet.refused());
		while (this.fleet.call(1000, Duration.ofMillis(1))[odd] == 0) {
			// until it got one call
		}
		this.fleet.become(odd, this.fleet.ok(10));
		assertThat(VirtualFleet.share(this.fleet.call(1000, Duration.ofSeconds(3)), odd)).isGreaterThan(0.05);
	}

	@Test
	void errorsThatAllMakeDoNotUpsetTheBalance() {
		for (int i = 0; i < 10; i++) {
			this.fleet.add(100, this.fleet.flaky(10, 0.02));
		}
		this.fleet.call(1000, Duration.ofSeconds(10));
		long[] counts = this.fleet.call(1000, Duration.ofSeconds(60));
		for (int i = 0; i < 10; i++) {
			assertThat(VirtualFleet.share(counts, i)).isBetween(0.08, 0.12);
		}
	}

	@Test
	void whoeverIsSlowGetsLittleUntilItIsFastAgain() {
		int slow = this.fleet.add(100, this.fleet.ok(100));
		for (int i = 0; i < 9; i++) {
			this.fleet.add(100, this.fleet.ok(10));
		}
		this.fleet.call(1000, Duration.ofSeconds(10));
		assertThat(VirtualFleet.share(this.fleet.call(1000, Duration.ofSeconds(30)), slow)).isLessThan(0.02);
		this.fleet.become(slow, this.fleet.ok(10));
		this.fleet.call(1000, Duration.ofSeconds(40));
		assertThat(VirtualFleet.share(this.fleet.call(1000, Duration.ofSeconds(20)), slow)).isGreaterThan(0.05);
	}

	@Test
	void whoeverIsNewIsNeitherFloodedNorAvoided() {
		for (int i = 0; i < 9; i++) {
			this.fleet.add(100, this.fleet.ok(100));
		}
		this.fleet.call(1000, Duration.ofSeconds(10));
		// Does not answer for a second.
		int fresh = this.fleet.add(100, () -> new VirtualFleet.Answer(1_000_000_000, Outcome.SUCCESS));
		long[] counts = this.fleet.call(1000, Duration.ofMillis(900));
		assertThat(counts[fresh]).isBetween(3L, 40L);
		this.fleet.become(fresh, this.fleet.ok(100));
		this.fleet.call(1000, Duration.ofSeconds(30));
		assertThat(VirtualFleet.share(this.fleet.call(1000, Duration.ofSeconds(30)), fresh)).isCloseTo(0.1,
				within(0.03));
	}

	@ParameterizedTest
	@CsvSource({ "2, 10, 5", "2, 10, 1000", "10, 20, 5", "10, 20, 2000", "10, 200, 5", "10, 200, 3000" })
	void sharesFollowWeights(int size, int weight, double perSecond) {
		for (int i = 1; i < size; i++) {
			this.fleet.add(100, this.fleet.ok(10));
		}
		int other = this.fleet.add(weight, this.fleet.ok(10));
		this.fleet.call(perSecond, Duration.ofSeconds(10));
		long[] counts = this.fleet.call(perSecond, Duration.ofSeconds((long) (20_000 / Math.min(1000, perSecond))));
		double expected = weight / (100.0 * (size - 1) + weight);
		assertThat(VirtualFleet.share(counts, other)).isBetween(0.5 * expected, 2 * expected);
	}

	private Picker picker(List<Endpoint> endpoints) {
		return this.loadBalancer.newPicker(PickerInput.of(endpoints).withRandom(new SplittableRandom(3)));
	}

}
