package io.governance.loadbalancer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.governance.registry.Instance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

@Timeout(60)
class WeightedRoundRobinLoadBalancerTests {

	private final WeightedRoundRobinLoadBalancer loadBalancer = new WeightedRoundRobinLoadBalancer();

	@ParameterizedTest
	@CsvSource({ "5 1 1, a a b a c a a", "500 100 100, a a b a c a a", "1 1 1, a b c", "100 100, a b", "3 2, a b a b a",
			"4 2 1, a b a c a b a", "7, a" })
	void givesExactlyTheSequenceOfNginx(String weights, String sequence) {
		int[] numbers = Arrays.stream(weights.split(" ")).mapToInt(Integer::parseInt).toArray();
		assertThat(letters(WeightedSequence.of(numbers))).isEqualTo(sequence);
	}

	@Test
	void picksInThatSequenceFromSomeTurnOn() {
		List<Endpoint> endpoints = Endpoints.weighted(5, 1, 1);
		for (int seed = 0; seed < 50; seed++) {
			Picker picker = this.loadBalancer
				.newPicker(PickerInput.of(endpoints).withRandom(new SplittableRandom(seed)));
			String picked = letters(
					IntStream.range(0, 21).map((i) -> endpoints.indexOf(picker.pick(PickRequest.ANY))).toArray());
			assertThat("a a b a c a a a a b a c a a a a b a c a a a a b a c a a").contains(picked);
		}
	}

	@Test
	void weightZeroHasNoTurn() {
		List<Endpoint> endpoints = Endpoints.weighted(0, 3, 0, 1);
		Picker picker = this.loadBalancer.newPicker(PickerInput.of(endpoints));
		assertThat(Distribution.of(endpoints, picker, 400).counts()).containsExactly(0, 300, 0, 100);
	}

	@ParameterizedTest
	@ValueSource(ints = { 2, 10, 100, 1000, 5000 })
	void roundsAreBoundedAndSharesAlmostExact(int size) {
		int[] weights = Endpoints.weights(size, 3);
		weights[0] = 1;
		weights[1] = Instance.MAX_WEIGHT;
		int[] sequence = WeightedSequence.of(weights);
		int most = Math.max(WeightedSequence.MAX_TURNS, WeightedSequence.TURNS_PER_INDEX * size);
		assertThat(sequence.length).isBetween(size, most);
		int[] turns = new int[size];
		for (int index : sequence) {
			turns[index]++;
		}
		assertThat(turns).isEqualTo(WeightedSequence.turns(weights));
		double total = Arrays.stream(weights).asLongStream().sum();
		long small = Arrays.stream(weights).filter((weight) -> weight <= total / most).count();
		for (int i = 0; i < size; i++) {
			double exact = weights[i] / total * sequence.length;
			assertThat(turns[i]).isPositive();
			// What the small ones get more, the others give in proportion.
			assertThat((double) turns[i]).isCloseTo(exact, within(1 + small * exact / sequence.length));
		}
	}

	@Test
	void sharesAreExactWhileARoundIsNotTooLong() {
		int[] weights = IntStream.range(0, 1000).map((i) -> 10 * (1 + i % 60)).toArray();
		assertThat(WeightedSequence.turns(weights))
			.isEqualTo(IntStream.range(0, 1000).map((i) -> 1 + i % 60).toArray());
	}

	@Test
	void whoeverWeighsLessThanATurnGetsOneAndTheOthersShareTheRest() {
		int[] weights = new int[1000];
		Arrays.fill(weights, 0, 500, 1);
		Arrays.fill(weights, 500, 1000, 9999);
		int[] turns = WeightedSequence.turns(weights);
		assertThat(Arrays.copyOf(turns, 500)).containsOnly(1);
		assertThat(Arrays.stream(turns).sum()).isEqualTo(WeightedSequence.MAX_TURNS);
		assertThat(Arrays.copyOfRange(turns, 500, 1000)).containsOnly(130, 131);
	}

	@ParameterizedTest
	@ValueSource(ints = { 200, 1000 })
	void turnsOfLongRoundsAreSpreadEvenly(int size) {
		int[] weights = Endpoints.weights(size, 11);
		int[] sequence = WeightedSequence.of(weights);
		int[] turns = WeightedSequence.turns(weights);
		int[] last = new int[size];
		int[] longest = new int[size];
		Arrays.fill(last, -1);
		for (int turn = 0; turn < 2 * sequence.length; turn++) {
			int index = sequence[turn % sequence.length];
			if (last[index] >= 0) {
				longest[index] = Math.max(longest[index], turn - last[index]);
			}
			last[index] = turn;
		}
		for (int i = 0; i < size; i++) {
			assertThat(longest[i]).isLessThan(2 * sequence.length / turns[i] + size / 4);
		}
		for (int window = 0; window + size < sequence.length; window += size) {
			int[] picked = Arrays.copyOfRange(sequence, window, window + size);
			assertThat(Arrays.stream(picked).distinct().count()).isGreaterThan(size / 2);
		}
	}

	@Test
	void goesOnWhereThePreviousPickerStoodIfWeightsAreTheSame() {
		List<Endpoint> endpoints = Endpoints.weighted(5, 1, 1);
		Picker picker = this.loadBalancer.newPicker(PickerInput.of(endpoints));
		List<Integer> picked = new ArrayList<>();
		for (int i = 0; i < 70; i++) {
			picked.add(endpoints.indexOf(picker.pick(PickRequest.ANY)));
			endpoints = endpoints.stream()
				.map((endpoint) -> endpoint
					.describedAs(endpoint.instance().toBuilder().version("1." + endpoint.stats().ended()).build()))
				.toList();
			picker = this.loadBalancer.newPicker(PickerInput.of(endpoints).replacing(picker));
		}
		for (int i = 0; i < 63; i += 7) {
			assertThat(Collections.frequency(picked.subList(i, i + 7), 0)).isEqualTo(5);
		}
	}

	@Test
	void weightsThatChangeOftenFavourNobody() {
		List<Endpoint> some = Endpoints.weighted(3, 1, 1, 1, 1, 1);
		List<Endpoint> others = new ArrayList<>(some);
		others.set(5, some.get(5).describedAs(Endpoints.instance("i0005", 2)));
		SplittableRandom random = new SplittableRandom(5);
		Distribution picked = new Distribution(some);
		Picker picker = null;
		for (int i = 0; i < 120_000; i++) {
			List<Endpoint> list = (i % 2 == 0) ? some : others;
			picker = this.loadBalancer.newPicker(PickerInput.of(list).withRandom(random).replacing(picker));
			Endpoint endpoint = picker.pick(PickRequest.ANY);
			picked.add((endpoint == others.get(5)) ? some.get(5) : endpoint);
		}
		// 3/8 and 3/9, 1/8 and 1/9, and for the last 1/8 and 2/9
		picked.assertFits(51, 17, 17, 17, 17, 25);
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void concurrentPicksKeepTheShares(boolean striped) throws Exception {
		List<Endpoint> endpoints = Endpoints.weighted(5, 1, 1, 3);
		WeightedRoundRobinLoadBalancer.WeightedRoundRobinPicker picker = (WeightedRoundRobinLoadBalancer.WeightedRoundRobinPicker) this.loadBalancer
			.newPicker(PickerInput.of(endpoints));
		if (striped) {
			picker.position().stripe(10);
		}
		int threads = 4;
		int picks = 100_000;
		ExecutorService pool = Executors.newFixedThreadPool(threads);
		try {
			List<Future<?>> futures = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				futures.add(pool.submit(() -> {
					for (int j = 0; j < picks; j++) {
						picker.pick(PickRequest.ANY).begin();
					}
				}));
			}
			for (Future<?> future : futures) {
				future.get(50, TimeUnit.SECONDS);
			}
		}
		finally {
			pool.shutdownNow();
		}
		int[] weights = { 5, 1, 1, 3 };
		int most = picker.position().stripeCount() + 1;
		for (int i = 0; i < 4; i++) {
			assertThat((double) endpoints.get(i).stats().inFlight()).isCloseTo(threads * picks * weights[i] / 10.0,
					within((double) most * weights[i]));
		}
	}

	private static String letters(int[] sequence) {
		return Arrays.stream(sequence)
			.mapToObj((index) -> String.valueOf((char) ('a' + index)))
			.collect(Collectors.joining(" "));
	}

}
