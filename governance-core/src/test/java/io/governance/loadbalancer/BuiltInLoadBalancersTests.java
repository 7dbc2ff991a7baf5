package io.governance.loadbalancer;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class BuiltInLoadBalancersTests {

	@Test
	void haveDifferentNames() {
		assertThat(LoadBalancer.builtIn()).extracting(LoadBalancer::name)
			.containsExactly("round-robin", "random", "weighted-random", "weighted-round-robin", "consistent-hash",
					"least-in-flight", "p2c");
	}

	@Test
	void onlyConsistentHashLooksAtWhatCallsHaveInCommon() {
		assertThat(LoadBalancer.builtIn()).filteredOn(LoadBalancer::usesAffinity)
			.extracting(LoadBalancer::name)
			.containsExactly("consistent-hash");
	}

	@ParameterizedTest
	@MethodSource("io.governance.loadbalancer.LoadBalancer#builtIn")
	void giveNoCallsToWeightZero(LoadBalancer loadBalancer) {
		List<Endpoint> endpoints = Endpoints.weighted(0, 100, 0, 100, 0);
		Picker picker = loadBalancer.newPicker(PickerInput.of(endpoints));
		Distribution picked = Distribution.of(endpoints, picker, 1000);
		assertThat(picked.counts()[1] + picked.counts()[3]).isEqualTo(1000);
		Picker none = loadBalancer.newPicker(PickerInput.of(Endpoints.weighted(0, 0)).replacing(picker));
		assertThat(none.pick(PickRequest.ANY)).isNull();
	}

}
