package io.governance.loadbalancer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ConsistentHashLoadBalancerTests {

	private static final PickRequest[] REQUESTS = new SplittableRandom(1).longs(20_000)
		.mapToObj(PickRequest::withAffinity)
		.toArray(PickRequest[]::new);

	private final ConsistentHashLoadBalancer loadBalancer = new ConsistentHashLoadBalancer();

	@Test
	void sameKeyGoesToTheSameEndpointInEveryProcess() {
		Picker picker = picker(Endpoints.of(10));
		assertThat(picker.pick(PickRequest.withKey("user123")).instance().id()).isEqualTo("i0005");
		assertThat(picker.pick(PickRequest.withKey("user456")).instance().id()).isEqualTo("i0001");
		assertThat(PickRequest.withKey("user123").affinity()).isEqualTo(8361638653178624502L);
	}

	@Test
	void numbersThatFollowEachOtherAreSpread() {
		List<Endpoint> endpoints = Endpoints.of(10);
		Picker picker = picker(endpoints);
		Distribution picked = new Distribution(endpoints);
		for (int i = 1; i <= 10_000; i++) {
			picked.add(picker.pick(PickRequest.withAffinity(i)));
		}
		assertThat(picked.maxToMean()).isLessThan(1.15);
	}

	@ParameterizedTest
	@ValueSource(ints = { 2, 10, 100 })
	void callsWithoutAffinityAreSpreadByWeight(int size) {
		int[] weights = new int[size];
		Arrays.setAll(weights, (i) -> 1 + i % 3);
		List<Endpoint> endpoints = Endpoints.weighted(weights);
		// So few that the shares of slots, which are themselves drawn, count as exact.
		Distribution.of(endpoints, picker(endpoints), 20 * size).assertFits(weights);
	}

	@ParameterizedTest
	@ValueSource(ints = { 2, 3, 10, 50 })
	void removingAnyEndpointMovesOnlyItsOwnKeys(int size) {
		List<Endpoint> endpoints = Endpoints.of(size);
		Picker picker = picker(endpoints);
		for (Endpoint removed : endpoints) {
			List<Endpoint> rest = new ArrayList<>(endpoints);
			rest.remove(removed);
			Picker after = this.loadBalancer.newPicker(PickerInput.of(rest).replacing(picker));
			for (PickRequest request : REQUESTS) {
				Endpoint before = picker.pick(request);
				assertThat(after.pick(request) == before).isEqualTo(before != removed);
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "1", "2", "10", "100", "1000" })
	void addingOneMovesItsShareOfTheKeysAndNoOther(int size) {
		List<Endpoint> endpoints = Endpoints.of(size + 1);
		Picker picker = picker(endpoints.subList(0, size));
		Picker after = this.loadBalancer.newPicker(PickerInput.of(endpoints).replacing(picker));
		int moved = 0;
		for (PickRequest request : REQUESTS) {
			if (after.pick(request) != picker.pick(request)) {
				assertThat(after.pick(request)).isSameAs(endpoints.get(size));
				moved++;
			}
		}
		assertThat((double) moved / REQUESTS.length).isLessThan(1.5 / size);
	}

	@ParameterizedTest
	@CsvSource({ "10, 1.05", "100, 1.15", "1000, 1.6" })
	void keysAreSpreadEvenly(int size, double most) {
		List<Endpoint> endpoints = Endpoints.of(size);
		Picker picker = picker(endpoints);
		Distribution picked = new Distribution(endpoints);
		new SplittableRandom(2).longs(200_000)
			.mapToObj(PickRequest::withAffinity)
			.map(picker::pick)
			.forEach(picked::add);
		assertThat(picked.maxToMean()).isLessThan(most);
	}

	@Test
	void orderOfEndpointsDoesNotMatter() {
		List<Endpoint> endpoints = Endpoints.of(20);
		List<Endpoint> reversed = new ArrayList<>(endpoints);
		Collections.reverse(reversed);
		Picker picker = picker(endpoints);
		Picker other = this.loadBalancer.newPicker(PickerInput.of(reversed).replacing(picker));
		for (PickRequest request : REQUESTS) {
			assertThat(other.pick(request)).isSameAs(picker.pick(request));
		}
	}

	@Test
	void keysStayWhenAllButOneLeaveAndComeBack() {
		List<Endpoint> endpoints = Endpoints.of(5);
		Picker picker = picker(endpoints);
		Picker one = this.loadBalancer.newPicker(PickerInput.of(endpoints.subList(0, 1)).replacing(picker));
		assertThat(one.pick(REQUESTS[0])).isSameAs(endpoints.get(0));
		Picker again = this.loadBalancer.newPicker(PickerInput.of(endpoints).replacing(one));
		for (PickRequest request : REQUESTS) {
			assertThat(again.pick(request)).isSameAs(picker.pick(request));
		}
	}

	@ParameterizedTest
	@CsvSource({ "2, 1.25", "10, 1.25", "10, 2", "16, 1.1", "100, 1.25" })
	void boundedLoadHoldsEvenForASingleKey(int size, double factor) {
		List<Endpoint> endpoints = Endpoints.weighted(new CallClock(ticking()), weights(size));
		Picker picker = bounded(endpoints, String.valueOf(factor));
		Picker ordinary = picker(endpoints);
		PickRequest request = PickRequest.withKey("popular");
		assertThat(picker.pick(request)).isSameAs(ordinary.pick(request));
		double total = Arrays.stream(weights(size)).sum();
		int calls = 30 * size;
		for (int i = 0; i < calls; i++) {
			picker.pick(request).begin();
		}
		for (Endpoint endpoint : endpoints) {
			double share = factor * calls * endpoint.instance().weight() / total;
			assertThat((double) endpoint.stats().inFlight()).isLessThanOrEqualTo(Math.ceil(share) + 1);
		}
	}

	@Test
	void whatIsBeyondTheBoundOfOneIsSpreadOverAllOthersByKey() {
		List<Endpoint> endpoints = Endpoints.of(10);
		Picker ordinary = picker(endpoints);
		Picker picker = bounded(endpoints, "1.25");
		endpoints.forEach(Endpoint::begin);
		for (int i = 0; i < 1000; i++) {
			endpoints.get(3).begin();
		}
		// All others are at 1 of 1.25 * 1010 / 10.
		Distribution moved = new Distribution(endpoints);
		for (PickRequest request : REQUESTS) {
			Endpoint picked = picker.pick(request);
			assertThat(picker.pick(request)).isSameAs(picked);
			if (ordinary.pick(request) == endpoints.get(3)) {
				moved.add(picked);
			}
			else {
				assertThat(picked).isSameAs(ordinary.pick(request));
			}
		}
		assertThat(moved.counts()[3]).isZero();
		assertThat(moved.maxToMean()).isLessThan(1.4);
	}

	@ParameterizedTest
	@ValueSource(strings = { "1", "0", "-2", "NaN", "Infinity", "much", "" })
	void boundThatMakesNoSenseIsRefused(String bound) {
		assertThatThrownBy(() -> bounded(Endpoints.of(2), bound)).isInstanceOf(IllegalArgumentException.class)
			.hasMessageContaining("bounded-load")
			.hasMessageContaining("above 1");
	}

	private static int[] weights(int size) {
		int[] weights = new int[size];
		Arrays.setAll(weights, (i) -> 50 + 50 * (i % 2));
		return weights;
	}

	/** Two milliseconds for each look. */
	private static LongSupplier ticking() {
		AtomicLong nanos = new AtomicLong();
		return () -> nanos.addAndGet(2_097_152);
	}

	private Picker bounded(List<Endpoint> endpoints, String bound) {
		return this.loadBalancer.newPicker(PickerInput.of(endpoints).withSettings(Map.of("bounded-load", bound)));
	}

	private Picker picker(List<Endpoint> endpoints) {
		return this.loadBalancer.newPicker(PickerInput.of(endpoints).withRandom(new SplittableRandom(5)));
	}

}
