package io.governance.testkit;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.LoadBalancer;
import io.governance.loadbalancer.Outcome;
import io.governance.loadbalancer.PickRequest;
import io.governance.loadbalancer.Picker;
import io.governance.loadbalancer.PickerInput;
import io.governance.registry.Instance;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What every {@link LoadBalancer} must do. A test of an algorithm extends this class and
 * makes the algorithm.
 */
@Timeout(60)
public abstract class LoadBalancerContract {

	private static final int PICKS = 20_000;

	private final SplittableRandom random = new SplittableRandom(42);

	/**
	 * The algorithm.
	 * @return a new one
	 */
	protected abstract LoadBalancer loadBalancer();

	/**
	 * Whether each of a few endpoints gets calls that are alike.
	 * @return {@code false} for an algorithm that prefers some and keeps others for later
	 */
	protected boolean reachesAll() {
		return true;
	}

	@Test
	@DisplayName("Has a name that can be written in configuration")
	void hasANameForConfiguration() {
		assertThat(loadBalancer().name()).matches("[a-z0-9]+(-[a-z0-9]+)*").isEqualTo(loadBalancer().name());
	}

	@Test
	@DisplayName("Picks none of none")
	void picksNoneOfNone() {
		Picker picker = loadBalancer().newPicker(PickerInput.of(List.of()));
		assertThat(picker.pick(PickRequest.ANY)).isNull();
		assertThat(picker.pick(PickRequest.withKey("user123"))).isNull();
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 16, 17, 100, 1000 })
	@DisplayName("Picks one of the given endpoints, and never none")
	void picksOneOfTheGiven(int size) {
		List<Endpoint> endpoints = endpoints(size);
		Picker picker = loadBalancer().newPicker(PickerInput.of(endpoints));
		assertPicksOnly(new HashSet<>(endpoints), picker);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 16, 17, 100, 1000 })
	@DisplayName("Takes any weights")
	void takesAnyWeights(int size) {
		List<Endpoint> endpoints = weighted(size);
		Picker picker = loadBalancer().newPicker(PickerInput.of(endpoints));
		assertPicksOnly(new HashSet<>(endpoints), picker);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 16, 17, 100 })
	@DisplayName("Reaches all endpoints")
	void reachesAllEndpoints(int size) {
		List<Endpoint> endpoints = endpoints(size);
		Picker picker = loadBalancer().newPicker(PickerInput.of(endpoints));
		Set<Endpoint> picked = new HashSet<>();
		for (int i = 0; i < PICKS; i++) {
			picked.add(pick(picker, PickRequest.ANY));
		}
		assertThat(picked).hasSize(reachesAll() ? size : picked.size()).isSubsetOf(endpoints);
	}

	@Test
	@DisplayName("Picks only what a replaced picker was given last")
	void picksOnlyWhatWasGivenLast() {
		List<Endpoint> all = weighted(40);
		Picker picker = null;
		for (int i = 0; i < 200; i++) {
			int from = this.random.nextInt(39);
			List<Endpoint> some = all.subList(from, from + 1 + this.random.nextInt(40 - from));
			picker = loadBalancer().newPicker(PickerInput.of(some).replacing(picker));
			for (int j = 0; j < 20; j++) {
				assertThat(some).contains(pick(picker, PickRequest.withAffinity(this.random.nextLong())));
				assertThat(some).contains(pick(picker, PickRequest.ANY));
			}
			if (i % 50 == 0) {
				picker = loadBalancer().newPicker(PickerInput.of(List.of()).replacing(picker));
				assertThat(picker.pick(PickRequest.ANY)).isNull();
			}
		}
	}

	@Test
	@DisplayName("Goes on after a picker of another algorithm")
	void goesOnAfterAnotherAlgorithm() {
		List<Endpoint> endpoints = endpoints(10);
		Picker picker = loadBalancer().newPicker(PickerInput.of(endpoints).replacing((request) -> null));
		assertPicksOnly(new HashSet<>(endpoints), picker);
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 17, 100 })
	@DisplayName("Looks at what calls have in common only if it says so")
	void looksAtAffinityOnlyIfItSaysSo(int size) {
		LoadBalancer loadBalancer = loadBalancer();
		Picker picker = loadBalancer.newPicker(PickerInput.of(weighted(size)));
		AtomicBoolean asked = new AtomicBoolean();
		PickRequest request = new PickRequest() {

			@Override
			public long affinity() {
				asked.set(true);
				return 1;
			}

		};
		for (int i = 0; i < 100; i++) {
			picker.pick(request);
		}
		assertThat(loadBalancer.usesAffinity()).isEqualTo(loadBalancer().usesAffinity());
		assertThat(asked.get()).as("looks at it").isIn(false, loadBalancer.usesAffinity());
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 10, 1000 })
	@DisplayName("A pick allocates nothing")
	void aPickAllocatesNothing(int size) {
		List<Endpoint> endpoints = weighted(size);
		Picker picker = loadBalancer().newPicker(PickerInput.of(endpoints));
		PickRequest keyed = PickRequest.withKey("user123");
		com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
		use(new Current(picker), PICKS);
		long least = Long.MAX_VALUE;
		for (int round = 0; round < 5; round++) {
			long before = threads.getCurrentThreadAllocatedBytes();
			for (int i = 0; i < PICKS; i++) {
				picker.pick(PickRequest.ANY);
				picker.pick(keyed);
			}
			least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
		}
		// The measurement itself may allocate a little, never per pick.
		assertThat(least).as("bytes in %d picks", 2 * PICKS).isLessThan(PICKS / 10);
	}

	@Test
	@DisplayName("Threads may pick while the picker is replaced")
	void threadsMayPickWhileThePickerIsReplaced() throws Exception {
		List<Endpoint> all = weighted(30);
		Current current = new Current(loadBalancer().newPicker(PickerInput.of(all)));
		ExecutorService pool = Executors.newFixedThreadPool(3);
		try {
			List<Future<?>> futures = new ArrayList<>();
			for (int i = 0; i < 3; i++) {
				futures.add(pool.submit(() -> use(current, PICKS)));
			}
			for (int rebuild = 0; rebuild < 200; rebuild++) {
				int size = 1 + this.random.nextInt(30);
				PickerInput input = PickerInput.of(all.subList(30 - size, 30));
				current.picker = loadBalancer().newPicker(input.replacing(current.picker));
			}
			for (Future<?> future : futures) {
				future.get(50, TimeUnit.SECONDS);
			}
		}
		finally {
			pool.shutdownNow();
		}
		assertThat(all).allSatisfy((endpoint) -> assertThat(endpoint.stats().inFlight()).isZero());
		assertThat(all.stream().mapToLong((endpoint) -> endpoint.stats().ended()).sum()).isEqualTo(3L * PICKS);
	}

	private void assertPicksOnly(Set<Endpoint> endpoints, Picker picker) {
		for (int i = 0; i < PICKS; i++) {
			PickRequest request = (i % 2 == 0) ? PickRequest.ANY : PickRequest.withAffinity(i * 0x9E3779B97F4A7C15L);
			Endpoint endpoint = pick(picker, request);
			if (!endpoints.contains(endpoint)) {
				assertThat(endpoints).contains(endpoint);
			}
			call(endpoint, i);
		}
	}

	private static void use(Current current, int calls) {
		for (int i = 0; i < calls; i++) {
			call(pick(current.picker, PickRequest.ANY), i);
		}
	}

	private static Endpoint pick(Picker picker, PickRequest request) {
		@Nullable Endpoint endpoint = picker.pick(request);
		if (endpoint == null) {
			throw new AssertionError(picker + " picked none for " + request);
		}
		return endpoint;
	}

	private static void call(Endpoint endpoint, int i) {
		endpoint.begin();
		endpoint.end(1000L * (i % 7), Outcome.values()[i % Outcome.values().length]);
	}

	private static List<Endpoint> endpoints(int size) {
		int[] weights = new int[size];
		Arrays.fill(weights, Instance.DEFAULT_WEIGHT);
		return endpoints(weights);
	}

	private List<Endpoint> weighted(int size) {
		int[] weights = this.random.ints(size, 1, Instance.MAX_WEIGHT + 1).toArray();
		weights[0] = 1;
		weights[size - 1] = Instance.MAX_WEIGHT;
		return endpoints(weights);
	}

	private static List<Endpoint> endpoints(int[] weights) {
		return IntStream.range(0, weights.length)
			.mapToObj((i) -> new Endpoint(
					Instance.of("orders", "10.0.0.1", 8080).id("i%04d".formatted(i)).weight(weights[i]).build()))
			.toList();
	}

	/** The picker that is in use. */
	private static final class Current {

		private volatile Picker picker;

		Current(Picker picker) {
			this.picker = picker;
		}

	}

}
