package io.governance.loadbalancer;

import java.util.List;

import io.governance.loadbalancer.Explanation.Candidate;
import io.governance.loadbalancer.Explanation.Verdict;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

class ExplanationTests {

	private final TestBalancer test = new TestBalancer(LoadBalancerSettings.DEFAULTS.withSubsetSize(2),
			new RoundRobinLoadBalancer(), "east");

	@Test
	void tellsForEachInstanceWhatEachFilterDid() {
		this.test.update(List.of(east("a"), east("b"), east("c"), east("d"), Endpoints.instance("g", "gray"),
				Endpoints.instance("o").withStatus(InstanceStatus.OUT_OF_SERVICE),
				Endpoints.instance("w").toBuilder().zone("west").build(),
				Endpoints.instance("z").toBuilder().weight(0).build()));
		this.test.fail("d", 5);
		this.test.runTasks();
		Explanation explanation = this.test.balancer.explain(Instance.STABLE, PickRequest.ANY);
		assertThat(explanation.service()).isEqualTo("orders");
		assertThat(explanation.destination()).isEqualTo("stable");
		assertThat(explanation.panic()).isFalse();
		assertThat(explanation.preferredShare()).isEqualTo(1);
		assertThat(explanation.candidates()).extracting(Candidate::instanceId, Candidate::verdict)
			.contains(tuple("d", Verdict.HEALTH), tuple("g", Verdict.LANE), tuple("o", Verdict.STATUS),
					tuple("w", Verdict.ZONE), tuple("z", Verdict.WEIGHT));
		assertThat(explanation.candidates().subList(0, 3)).extracting(Candidate::verdict)
			.containsExactlyInAnyOrder(Verdict.KEPT, Verdict.KEPT, Verdict.SUBSET);
		assertThat(explanation.candidates()).extracting(Candidate::reason)
			.contains("it is ejected for another 30 s", "it is of lane 'gray', the call goes to 'stable'",
					"its status is OUT_OF_SERVICE", "its weight is 0", "it is usable",
					"it is not in zone 'east', which gets 100 % of the calls while it is not too busy",
					"it is not one of the 2 that this caller calls");
		assertThat(explanation.picked()).isIn("a", "b", "c");
	}

	@Test
	void tellsWhereALaneFallsBackTo() {
		this.test.update(List.of(east("a"), east("b")));
		Explanation explanation = this.test.balancer.explain("gray", PickRequest.ANY);
		assertThat(explanation.lane()).isEqualTo("gray");
		assertThat(explanation.destination()).isEqualTo("stable");
		this.test.balancer.lanes(LanePolicy.DEFAULT.with("gray", LaneFallback.REFUSE));
		explanation = this.test.balancer.explain("gray", PickRequest.ANY);
		assertThat(explanation.destination()).isNull();
		assertThat(explanation.picked()).isNull();
		assertThat(explanation.candidates()).extracting(Candidate::verdict).containsOnly(Verdict.LANE);
		this.test.balancer.lanes(LanePolicy.DEFAULT.with("gray", LaneFallback.ANY));
		explanation = this.test.balancer.explain("gray", PickRequest.ANY);
		assertThat(explanation.destination()).isEmpty();
		assertThat(explanation.candidates()).extracting(Candidate::verdict).containsOnly(Verdict.KEPT);
	}

	@Test
	void tellsOfPanic() {
		this.test.update(List.of(east("a"), east("b").withStatus(InstanceStatus.DOWN),
				east("c").withStatus(InstanceStatus.DOWN)));
		assertThat(this.test.balancer.explain(Instance.STABLE, PickRequest.ANY).panic()).isTrue();
	}

	@Test
	void tellsOfRamps() {
		this.test.balancer.settings(LoadBalancerSettings.DEFAULTS);
		this.test.update(List.of(east("a"), east("b"), east("c")));
		this.test.update(List.of(east("a"), east("b"), east("c"), east("d")));
		assertThat(shares()).containsExactly(1f, 1f, 1f, 0.1f);
	}

	@Test
	void doesNotTellOfRampsThatDoNotCount() {
		this.test.balancer.settings(LoadBalancerSettings.DEFAULTS);
		this.test.update(List.of(east("a")));
		this.test.update(List.of(east("a"), east("b"), east("c"), east("d")));
		assertThat(this.test.picks(40)).as("most are new, so that none ramps")
			.hasSize(4)
			.allSatisfy((id, picks) -> assertThat(picks).isEqualTo(10));
		assertThat(shares()).containsOnly(1f);
	}

	private List<Float> shares() {
		return this.test.balancer.explain(Instance.STABLE, PickRequest.ANY)
			.candidates()
			.stream()
			.map(Candidate::share)
			.toList();
	}

	@Test
	void isEmptyBeforeInstancesAreKnown() {
		Explanation explanation = this.test.balancer.explain(Instance.STABLE, PickRequest.ANY);
		assertThat(explanation.candidates()).isEmpty();
		assertThat(explanation.destination()).isNull();
	}

	private static Instance east(String id) {
		return Endpoints.instance(id).toBuilder().zone("east").build();
	}

}
