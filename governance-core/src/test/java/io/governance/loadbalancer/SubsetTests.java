package io.governance.loadbalancer;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.governance.registry.Instance;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SubsetTests {

	private static final LoadBalancerSettings SETTINGS = LoadBalancerSettings.PLAIN.withSubsetSize(20);

	private final List<Endpoint> endpoints = Endpoints.of(1000);

	@Test
	void callerCallsAsManyAsItIsToldTo() {
		TestBalancer test = new TestBalancer(SETTINGS).withInstances(1000);
		assertThat(test.picks(2000)).hasSize(20).allSatisfy((id, picks) -> assertThat(picks).isEqualTo(100));
	}

	@Test
	void smallServicesAreCalledWhole() {
		assertThat(new TestBalancer(SETTINGS).withInstances(20).picks(100)).hasSize(20);
	}

	@Test
	void removingAMemberChangesOneMemberAndRemovingAnyOtherNone() {
		Subset subset = new Subset("me", 20);
		Set<Endpoint> before = new HashSet<>(subset.of(this.endpoints));
		assertThat(before).hasSize(20);
		for (Endpoint removed : this.endpoints) {
			List<Endpoint> rest = new ArrayList<>(this.endpoints);
			rest.remove(removed);
			Set<Endpoint> after = new HashSet<>(subset.of(rest));
			assertThat(after).hasSize(20);
			after.removeAll(before);
			assertThat(after).hasSize(before.contains(removed) ? 1 : 0);
		}
	}

	@Test
	void addingChangesAtMostOneMember() {
		Subset subset = new Subset("me", 20);
		int changed = 0;
		for (int size = 100; size < 1000; size++) {
			Set<Endpoint> after = new HashSet<>(subset.of(this.endpoints.subList(0, size + 1)));
			after.removeAll(subset.of(this.endpoints.subList(0, size)));
			assertThat(after.size()).isLessThanOrEqualTo(1);
			changed += after.size();
		}
		// The sum of 20/101 to 20/1000.
		assertThat(changed).isBetween(30, 62);
	}

	@Test
	void orderAndProcessDoNotMatter() {
		List<Endpoint> reversed = new ArrayList<>(Endpoints.of(1000));
		Collections.reverse(reversed);
		assertThat(ids(new Subset("me", 20).of(reversed))).isEqualTo(ids(new Subset("me", 20).of(this.endpoints)));
		assertThat(ids(new Subset("you", 20).of(this.endpoints)))
			.isNotEqualTo(ids(new Subset("me", 20).of(this.endpoints)));
	}

	@Test
	void callersSpreadOverAllInstancesAsChanceHasIt() {
		Map<Endpoint, Integer> callers = new HashMap<>();
		for (int i = 0; i < 1000; i++) {
			new Subset("client-" + i, 20).of(this.endpoints).forEach((one) -> callers.merge(one, 1, Integer::sum));
		}
		assertThat(callers).hasSize(1000);
		// Binomial with mean 20 and deviation 4.4: within 5 deviations for each of 1,000,
		// and a chi-square of 980 with 999 degrees of freedom within 4 of its own.
		assertThat(callers.values()).allSatisfy((count) -> assertThat(count).isBetween(0, 42));
		double chiSquare = callers.values()
			.stream()
			.mapToDouble((count) -> Math.pow(count - 20, 2) / (20 * (1 - 0.02)))
			.sum();
		assertThat(chiSquare).isBetween(999 - 4 * 44.7, 999 + 4 * 44.7);
	}

	@Test
	void furtherTriesMayLeaveTheSubset() {
		TestBalancer test = new TestBalancer(LoadBalancerSettings.PLAIN.withSubsetSize(2)).withInstances(5);
		Set<String> subset = test.picks(10).keySet();
		Set<String> tried = new HashSet<>();
		for (int i = 0; i < 5; i++) {
			Endpoint endpoint = test.balancer.pick(Instance.STABLE, PickRequest.ANY,
					(candidate) -> tried.contains(candidate.instance().id()));
			tried.add(endpoint.instance().id());
			if (i == 1) {
				assertThat(tried).isEqualTo(subset);
			}
		}
		assertThat(tried).hasSize(5);
	}

	@Test
	void ejectedMemberIsReplaced() {
		TestBalancer test = new TestBalancer(
				LoadBalancerSettings.PLAIN.withSubsetSize(5).withOutliers(OutlierSettings.DEFAULTS))
			.withInstances(50);
		Set<String> before = test.picks(50).keySet();
		String ejected = before.iterator().next();
		test.fail(ejected, 5);
		test.runTasks();
		Set<String> after = test.picks(50).keySet();
		assertThat(after).hasSize(5).doesNotContain(ejected);
		assertThat(before.stream().filter(after::contains)).hasSize(4);
	}

	private static Set<String> ids(List<Endpoint> endpoints) {
		return endpoints.stream().map((endpoint) -> endpoint.instance().id()).collect(Collectors.toSet());
	}

}
