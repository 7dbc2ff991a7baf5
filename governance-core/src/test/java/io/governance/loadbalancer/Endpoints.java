package io.governance.loadbalancer;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

import io.governance.registry.Instance;

/** Endpoints for tests. */
final class Endpoints {

	private Endpoints() {
	}

	static List<Endpoint> of(int count) {
		return IntStream.range(0, count).mapToObj((i) -> new Endpoint(instance("i%04d".formatted(i)))).toList();
	}

	static List<Endpoint> weighted(int... weights) {
		return IntStream.range(0, weights.length)
			.mapToObj((i) -> new Endpoint(instance("i%04d".formatted(i), weights[i])))
			.toList();
	}

	static List<Endpoint> weighted(CallClock clock, int... weights) {
		return IntStream.range(0, weights.length)
			.mapToObj((i) -> new Endpoint(instance("i%04d".formatted(i), weights[i]), clock))
			.toList();
	}

	static int[] weights(int count, long seed) {
		return new SplittableRandom(seed).ints(count, 1, Instance.MAX_WEIGHT + 1).toArray();
	}

	static Instance instance(String id, int weight) {
		return instance(id).toBuilder().weight(weight).build();
	}

	static Instance instance(String id) {
		return Instance.of("orders", "10.0.0.1", 8080).id(id).build();
	}

	static Instance instance(String id, String lane) {
		return instance(id).toBuilder().lane(lane).build();
	}

}
