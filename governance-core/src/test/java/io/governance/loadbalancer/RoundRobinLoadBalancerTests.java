package io.governance.loadbalancer;

import java.util.ArrayList;
import java.util.List;
import java.util.LongSummaryStatistics;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class RoundRobinLoadBalancerTests {

	private final RoundRobinLoadBalancer loadBalancer = new RoundRobinLoadBalancer();

	@Test
	void picksNoneOfNone() {
		assertThat(this.loadBalancer.newPicker(PickerInput.of(List.of())).pick(PickRequest.ANY)).isNull();
	}

	@Test
	void picksTheOnlyOne() {
		List<Endpoint> endpoints = Endpoints.of(1);
		Picker picker = this.loadBalancer.newPicker(PickerInput.of(endpoints));
		assertThat(picker.pick(PickRequest.ANY)).isSameAs(endpoints.get(0));
		assertThat(picker.pick(PickRequest.ANY)).isSameAs(endpoints.get(0));
	}

	@ParameterizedTest
	@ValueSource(ints = { 2, 3, 10, 100, 1000 })
	void oneThreadSeesTheExactCycle(int size) {
		List<Endpoint> endpoints = Endpoints.of(size);
		Picker picker = this.loadBalancer.newPicker(PickerInput.of(endpoints));
		int start = endpoints.indexOf(picker.pick(PickRequest.ANY));
		for (int i = 1; i < 5000; i++) {
			assertThat(picker.pick(PickRequest.ANY)).isSameAs(endpoints.get((start + i) % size));
		}
	}

	@Test
	void threadsThatTakeTurnsSeeTheExactCycle() throws Exception {
		List<Endpoint> endpoints = Endpoints.of(7);
		Picker picker = this.loadBalancer.newPicker(PickerInput.of(endpoints));
		int start = endpoints.indexOf(picker.pick(PickRequest.ANY));
		List<ExecutorService> threads = IntStream.range(0, 5)
			.mapToObj((i) -> Executors.newSingleThreadExecutor())
			.toList();
		try {
			for (int i = 1; i < 5000; i++) {
				Endpoint picked = threads.get(i % 5).submit(() -> picker.pick(PickRequest.ANY)).get();
				assertThat(picked).isSameAs(endpoints.get((start + i) % 7));
			}
		}
		finally {
			threads.forEach(ExecutorService::shutdownNow);
		}
	}

	@Test
	void callersStartAtDifferentEndpoints() {
		List<Endpoint> endpoints = Endpoints.of(10);
		assertThat(IntStream.range(0, 200)
			.mapToObj((i) -> this.loadBalancer.newPicker(PickerInput.of(endpoints)).pick(PickRequest.ANY))
			.distinct()).hasSizeGreaterThan(5);
	}

	@Test
	void goesOnWhereThePreviousPickerStood() {
		List<Endpoint> endpoints = Endpoints.of(10);
		Picker picker = this.loadBalancer.newPicker(PickerInput.of(endpoints));
		int start = endpoints.indexOf(picker.pick(PickRequest.ANY));
		for (int i = 1; i < 100; i++) {
			picker = this.loadBalancer.newPicker(PickerInput.of(endpoints).replacing(picker));
			assertThat(picker.pick(PickRequest.ANY)).isSameAs(endpoints.get((start + i) % 10));
		}
	}

	@ParameterizedTest
	@CsvSource({ "5, 4", "5, 3", "10, 3", "100, 99" })
	void listThatChangesOftenFavoursNobody(int large, int small) {
		List<Endpoint> endpoints = Endpoints.of(large);
		SplittableRandom random = new SplittableRandom(1);
		Picker picker = null;
		for (int i = 0; i < 20_000; i++) {
			List<Endpoint> list = endpoints.subList(0, (i % 2 == 0) ? large : small);
			picker = this.loadBalancer.newPicker(PickerInput.of(list).replacing(picker));
			for (int j = random.nextInt(large); j >= 0; j--) {
				picker.pick(PickRequest.ANY).begin();
			}
		}
		LongSummaryStatistics always = begun(endpoints.subList(0, small));
		assertThat((double) always.getMax() / always.getMin()).isLessThan(1.1);
		LongSummaryStatistics sometimes = begun(endpoints.subList(small, large));
		assertThat(sometimes.getAverage() / always.getAverage()).isBetween(0.2, 1.0);
	}

	@ParameterizedTest
	@CsvSource({ "2, 3", "2, 10", "4, 7", "8, 100", "32, 10", "32, 1000" })
	void concurrentPicksAreSpreadEvenly(int threads, int size) throws Exception {
		List<Endpoint> endpoints = Endpoints.of(size);
		RoundRobinLoadBalancer.RoundRobinPicker picker = picker(endpoints);
		pickConcurrently(threads, 100_003, picker);
		assertThat(spread(endpoints)).isLessThanOrEqualTo(picker.position().stripeCount() + 1L);
	}

	@Test
	void stripedPicksAreSpreadEvenly() throws Exception {
		List<Endpoint> endpoints = Endpoints.of(10);
		RoundRobinLoadBalancer.RoundRobinPicker picker = picker(endpoints);
		picker.position().stripe(10);
		assertThat(picker.position().striped()).isTrue();
		pickConcurrently(32, 10_007, picker);
		assertThat(spread(endpoints)).isLessThanOrEqualTo(picker.position().stripeCount() + 1L);
	}

	@Test
	void oneThreadOnItsStripeSeesTheExactCycle() {
		List<Endpoint> endpoints = Endpoints.of(10);
		RoundRobinLoadBalancer.RoundRobinPicker picker = picker(endpoints);
		picker.position().stripe(10);
		int start = endpoints.indexOf(picker.pick(PickRequest.ANY));
		for (int i = 1; i < 1000; i++) {
			assertThat(picker.pick(PickRequest.ANY)).isSameAs(endpoints.get((start + i) % 10));
		}
	}

	@Test
	void listMayChangeUnderConcurrentPicks() throws Exception {
		List<Endpoint> endpoints = Endpoints.of(20);
		AtomicReference<Picker> current = new AtomicReference<>(picker(endpoints));
		ExecutorService pool = Executors.newFixedThreadPool(4);
		try {
			List<Future<?>> pickers = new ArrayList<>();
			for (int i = 0; i < 3; i++) {
				pickers.add(pool.submit(() -> {
					for (int j = 0; j < 200_000; j++) {
						current.get().pick(PickRequest.ANY).begin();
					}
				}));
			}
			int size = 1;
			while (!pickers.stream().allMatch(Future::isDone)) {
				size = size % 20 + 1;
				current.set(this.loadBalancer
					.newPicker(PickerInput.of(endpoints.subList(0, size)).replacing(current.get())));
			}
			for (Future<?> future : pickers) {
				future.get();
			}
		}
		finally {
			pool.shutdownNow();
		}
		assertThat(endpoints.stream().mapToLong((endpoint) -> endpoint.stats().inFlight()).sum()).isEqualTo(600_000);
	}

	private RoundRobinLoadBalancer.RoundRobinPicker picker(List<Endpoint> endpoints) {
		return (RoundRobinLoadBalancer.RoundRobinPicker) this.loadBalancer.newPicker(PickerInput.of(endpoints));
	}

	private static void pickConcurrently(int threads, int picks, Picker picker) throws Exception {
		CountDownLatch start = new CountDownLatch(1);
		ExecutorService pool = Executors.newFixedThreadPool(threads);
		try {
			List<Future<?>> futures = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				futures.add(pool.submit(() -> {
					start.await();
					for (int j = 0; j < picks; j++) {
						picker.pick(PickRequest.ANY).begin();
					}
					return null;
				}));
			}
			start.countDown();
			for (Future<?> future : futures) {
				future.get(50, TimeUnit.SECONDS);
			}
		}
		finally {
			pool.shutdownNow();
		}
	}

	private static long spread(List<Endpoint> endpoints) {
		LongSummaryStatistics begun = begun(endpoints);
		return begun.getMax() - begun.getMin();
	}

	private static LongSummaryStatistics begun(List<Endpoint> endpoints) {
		return endpoints.stream().mapToLong((endpoint) -> endpoint.stats().inFlight()).summaryStatistics();
	}

}
