package io.governance.loadbalancer;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ServiceBalancerTests {

	private static final String STABLE = Instance.STABLE;

	private final ServiceBalancer balancer = ServiceBalancer.builder("orders", new RoundRobinLoadBalancer()).build();

	@Test
	void picksNothingBeforeInstancesAreKnown() {
		assertThat(this.balancer.pick(STABLE, PickRequest.ANY)).isNull();
		assertThat(this.balancer.pick("gray", PickRequest.ANY)).isNull();
		assertThat(this.balancer.endpoints()).isEmpty();
		assertThat(this.balancer.whyNone()).isEqualTo("Service 'orders' has no instances");
	}

	@Test
	void keepsLanesApart() {
		this.balancer
			.update(List.of(Endpoints.instance("a"), Endpoints.instance("b"), Endpoints.instance("g", "gray")));
		assertThat(picked(STABLE)).containsExactly("a", "b");
		assertThat(picked("gray")).containsExactly("g");
	}

	@ParameterizedTest
	@EnumSource(InstanceStatus.class)
	void picksOnlyWhatTakesCalls(InstanceStatus status) {
		this.balancer.settings(LoadBalancerSettings.PLAIN);
		this.balancer.update(List.of(Endpoints.instance("a").withStatus(status)));
		assertThat(picked(STABLE)).isEqualTo(status.takesCalls() ? Set.of("a") : Set.of());
		assertThat(this.balancer.endpoints()).hasSize(1);
	}

	@Test
	void tellsTheObserverOfEachCallAlsoOfInstancesThatAreDescribedAnew() {
		List<String> told = new ArrayList<>();
		ServiceBalancer observed = ServiceBalancer.builder("orders", new RoundRobinLoadBalancer())
			.calls(new CallObserver() {

				@Override
				public void began(Endpoint endpoint) {
					told.add(endpoint.instance().id() + " began");
				}

				@Override
				public void ended(Endpoint endpoint, long nanos, Outcome outcome) {
					told.add(endpoint.instance().id() + " ended after " + nanos + " with " + outcome);
				}

			})
			.build();
		observed.update(List.of(Endpoints.instance("a")));
		observed.update(List.of(Endpoints.instance("a", "gray")));
		Endpoint endpoint = observed.endpoints().get(0);
		endpoint.begin();
		endpoint.end(5, Outcome.FAILURE);
		assertThat(told).containsExactly("a began", "a ended after 5 with FAILURE");
	}

	@Test
	void weightZeroTakesNothing() {
		this.balancer.update(List.of(Endpoints.instance("a").toBuilder().weight(0).build(), Endpoints.instance("b")));
		assertThat(picked(STABLE)).containsExactly("b");
	}

	@Test
	void tellsWhyThereIsNone() {
		this.balancer.update(List.of(Endpoints.instance("a").withStatus(InstanceStatus.DRAINING),
				Endpoints.instance("b").withStatus(InstanceStatus.DOWN),
				Endpoints.instance("c").toBuilder().weight(0).build()));
		assertThat(this.balancer.whyNone())
			.isEqualTo("Service 'orders' has no instance that takes calls, but 1 DOWN, 1 DRAINING, 1 of weight 0");
		this.balancer
			.update(List.of(Endpoints.instance("a").withStatus(InstanceStatus.DOWN), Endpoints.instance("g", "gray")));
		assertThat(this.balancer.whyNone()).endsWith("instances by lane: 1 gray, 1 stable DOWN");
	}

	@Test
	@DisplayName("F43 a lane without instances goes to the stable ones unless declared otherwise")
	void laneWithoutInstancesFallsBackToStable() {
		this.balancer.update(List.of(Endpoints.instance("a"), Endpoints.instance("b", "blue")));
		assertThat(picked("gray")).containsExactly("a");
	}

	@Test
	@DisplayName("F43 the declared fallback of a lane can be any instance or refusal")
	void laneWithoutInstancesFollowsItsDeclaredFallback() {
		this.balancer.update(List.of(Endpoints.instance("a"), Endpoints.instance("b", "blue")));
		this.balancer.lanes(LanePolicy.DEFAULT.with("gray", LaneFallback.ANY).with("red", LaneFallback.REFUSE));
		assertThat(picked("gray")).containsExactly("a", "b");
		assertThat(picked("red")).isEmpty();
		assertThat(picked("unknown")).containsExactly("a");
		this.balancer.lanes(LanePolicy.DEFAULT.with("gray", LaneFallback.REFUSE));
		assertThat(picked("gray")).isEmpty();
		assertThat(picked("red")).containsExactly("a");
	}

	@Test
	@DisplayName("F43 a further try goes where the lane falls back to when the lane has nobody left")
	void furtherTryLeavesALaneThatHasNobodyLeft() {
		this.balancer.update(List.of(Endpoints.instance("a"), Endpoints.instance("g", "gray"),
				Endpoints.instance("h", "gray"), Endpoints.instance("r", "red")));
		this.balancer.lanes(LanePolicy.DEFAULT.with("red", LaneFallback.REFUSE));
		assertThat(pickedWithout("gray", "g")).isEqualTo("h");
		assertThat(pickedWithout("gray", "g", "h")).isEqualTo("a");
		assertThat(pickedWithout("gray", "a", "g", "h")).isNull();
		assertThat(pickedWithout("red", "r")).isNull();
		assertThat(pickedWithout(STABLE, "a")).isNull();
		this.balancer.lanes(LanePolicy.DEFAULT.with("red", LaneFallback.ANY));
		assertThat(pickedWithout("red", "r", "a", "h")).isEqualTo("g");
		assertThat(pickedWithout("red", "a", "g", "h")).isEqualTo("r");
	}

	@Test
	@DisplayName("F43 a further try of a lane without instances goes where one of a stable call goes")
	void furtherTryOfALaneThatFellBackFollowsTheStableOne() {
		this.balancer.update(List.of(Endpoints.instance("a"), Endpoints.instance("g", "gray"),
				Endpoints.instance("d", "down").withStatus(InstanceStatus.OUT_OF_SERVICE)));
		this.balancer.lanes(LanePolicy.DEFAULT.with(STABLE, LaneFallback.ANY)
			.with("declared", LaneFallback.STABLE)
			.with("nowhere", LaneFallback.REFUSE));
		for (String lane : List.of(STABLE, "unknown", "declared", "down")) {
			assertThat(pickedWithout(lane)).as(lane).isEqualTo("a");
			assertThat(pickedWithout(lane, "a")).as(lane).isEqualTo("g");
		}
		assertThat(pickedWithout("nowhere")).isNull();
	}

	private @Nullable String pickedWithout(String lane, String... ids) {
		Endpoint endpoint = this.balancer.pick(lane, PickRequest.ANY,
				(one) -> List.of(ids).contains(one.instance().id()));
		return (endpoint != null) ? endpoint.instance().id() : null;
	}

	@Test
	@DisplayName("F43 ordinary calls are not sent to another lane unless declared")
	void stableCallsAreRefusedWithoutStableInstances() {
		this.balancer.update(List.of(Endpoints.instance("g", "gray")));
		assertThat(picked(STABLE)).isEmpty();
		assertThat(picked("blue")).isEmpty();
		this.balancer.lanes(LanePolicy.DEFAULT.with(STABLE, LaneFallback.STABLE));
		assertThat(picked(STABLE)).isEmpty();
		this.balancer.lanes(LanePolicy.DEFAULT.with(STABLE, LaneFallback.ANY));
		assertThat(picked(STABLE)).containsExactly("g");
		assertThat(picked("blue")).containsExactly("g");
	}

	@Test
	void statisticsSurviveChangesOfTheList() {
		this.balancer.update(List.of(Endpoints.instance("a"), Endpoints.instance("b")));
		Endpoint before = endpoint("a");
		before.begin();
		this.balancer
			.update(List.of(Endpoints.instance("a").toBuilder().version("2").build(), Endpoints.instance("c")));
		assertThat(endpoint("a").stats()).isSameAs(before.stats());
		assertThat(endpoint("a").instance().version()).isEqualTo("2");
		assertThat(this.balancer.endpoints()).extracting((endpoint) -> endpoint.instance().id())
			.containsExactly("a", "c");
	}

	@Test
	void endpointsAreInTheOrderOfTheirIds() {
		this.balancer.update(List.of(Endpoints.instance("c"), Endpoints.instance("a"), Endpoints.instance("b")));
		assertThat(this.balancer.endpoints()).extracting((endpoint) -> endpoint.instance().id())
			.containsExactly("a", "b", "c");
	}

	@Test
	void unchangedListIsNotRebuilt() {
		Counting counting = new Counting();
		ServiceBalancer balancer = ServiceBalancer.builder("orders", counting).build();
		balancer.update(List.of(Endpoints.instance("a"), Endpoints.instance("b")));
		balancer.update(List.of(Endpoints.instance("b"), Endpoints.instance("a")));
		balancer.lanes(LanePolicy.DEFAULT);
		assertThat(counting.inputs).hasSize(1);
		balancer.update(List.of(Endpoints.instance("a")));
		assertThat(counting.inputs).hasSize(2);
	}

	@Test
	void handsThePreviousPickerOfTheLaneOn() {
		Counting counting = new Counting();
		ServiceBalancer balancer = ServiceBalancer.builder("orders", counting)
			.zone("z1")
			.ticker(() -> 42L)
			.algorithmSettings(Map.of("k", "v"))
			.build();
		balancer.update(List.of(Endpoints.instance("a"), Endpoints.instance("g", "gray")));
		assertThat(counting.inputs).hasSize(2).allSatisfy((input) -> {
			assertThat(input.previous()).isNull();
			assertThat(input.zone()).isEqualTo("z1");
			assertThat(input.settings()).containsEntry("k", "v");
			assertThat(input.ticker().getAsLong()).isEqualTo(42);
		});
		List<Picker> first = List.copyOf(counting.pickers);
		balancer.update(List.of(Endpoints.instance("b"), Endpoints.instance("g", "gray")));
		assertThat(counting.inputs.subList(2, 4)).extracting(PickerInput::previous).containsExactlyElementsOf(first);
	}

	@Test
	void roundRobinGoesOnAfterAChangeOfTheList() {
		this.balancer.update(List.of(Endpoints.instance("a"), Endpoints.instance("b"), Endpoints.instance("c")));
		Set<String> picked = new TreeSet<>();
		for (int i = 0; i < 3; i++) {
			picked.add(this.balancer.pick(STABLE, PickRequest.ANY).instance().id());
			this.balancer.update(List.of(Endpoints.instance("a"), Endpoints.instance("b"),
					Endpoints.instance("c").toBuilder().version("v" + i).build()));
		}
		assertThat(picked).containsExactly("a", "b", "c");
	}

	@Test
	@DisplayName("F40 the old instances are called until the new ones are ready")
	void pickerThatCannotBeBuiltLeavesTheOldOnes() {
		Counting counting = new Counting();
		ServiceBalancer balancer = ServiceBalancer.builder("orders", counting).build();
		balancer.update(List.of(Endpoints.instance("a")));
		counting.failure = new IllegalStateException("broken");
		List<Instance> other = List.of(Endpoints.instance("b"));
		assertThatThrownBy(() -> balancer.update(other)).isSameAs(counting.failure);
		assertThat(balancer.pick(STABLE, PickRequest.ANY).instance().id()).isEqualTo("a");
		counting.failure = null;
		balancer.update(other);
		assertThat(balancer.pick(STABLE, PickRequest.ANY).instance().id()).isEqualTo("b");
	}

	@Test
	void whoIsStillCalledIsEjectedThoughTheNewListCouldNotBeTaken() {
		Counting counting = new Counting();
		ServiceBalancer balancer = ServiceBalancer.builder("orders", counting).build();
		balancer.update(List.of(Endpoints.instance("a"), Endpoints.instance("b")));
		counting.failure = new IllegalStateException("broken");
		List<Instance> other = List.of(Endpoints.instance("c"));
		assertThatThrownBy(() -> balancer.update(other)).isSameAs(counting.failure);
		Endpoint failing = balancer.endpoints().get(0);
		for (int i = 0; i < 5; i++) {
			failing.begin();
			failing.end(1, Outcome.FAILURE);
		}
		assertThat(failing.health().state()).isEqualTo(HealthState.EJECTED);
	}

	@Test
	void picksAllocateNothing() {
		this.balancer
			.update(List.of(Endpoints.instance("a"), Endpoints.instance("b"), Endpoints.instance("g", "gray")));
		String[] lanes = { STABLE, "gray", "unknown", new String("stable") };
		com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
		int picks = 100_000;
		pick(lanes, picks);
		long before = threads.getCurrentThreadAllocatedBytes();
		pick(lanes, picks);
		// The measurement itself and late class loading may allocate a little, never per
		// pick.
		assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(picks);
	}

	@Test
	void aFurtherTryGoesToAnotherInstance() {
		this.balancer.update(List.of(Endpoints.instance("a"), Endpoints.instance("b"), Endpoints.instance("c"),
				Endpoints.instance("g", "gray")));
		List<Endpoint> tried = new ArrayList<>();
		for (int i = 0; i < 3; i++) {
			Endpoint endpoint = this.balancer.pick(STABLE, PickRequest.ANY,
					(candidate) -> tried.stream().anyMatch(candidate::isSameInstance));
			assertThat(endpoint).isNotNull();
			tried.add(endpoint);
		}
		assertThat(tried).extracting((endpoint) -> endpoint.instance().id()).containsExactlyInAnyOrder("a", "b", "c");
		assertThat(this.balancer.pick(STABLE, PickRequest.ANY, tried::contains)).isNull();
		assertThat(this.balancer.pick("gray", PickRequest.ANY, tried::contains)).isNotNull();
	}

	@Test
	void knowsAnInstanceThatWasTriedUnderAnotherDescription() {
		this.balancer.update(List.of(Endpoints.instance("a")));
		Endpoint tried = this.balancer.pick(STABLE, PickRequest.ANY);
		this.balancer.update(List.of(Endpoints.instance("a").toBuilder().version("2").build()));
		assertThat(endpoint("a")).isNotSameAs(tried).matches(tried::isSameInstance);
		assertThat(this.balancer.pick(STABLE, PickRequest.ANY, tried::isSameInstance)).isNull();
	}

	private void pick(String[] lanes, int picks) {
		for (int i = 0; i < picks; i++) {
			this.balancer.pick(lanes[i & 3], PickRequest.ANY);
		}
	}

	private Endpoint endpoint(String id) {
		return this.balancer.endpoints()
			.stream()
			.filter((endpoint) -> endpoint.instance().id().equals(id))
			.findFirst()
			.orElseThrow();
	}

	private Set<String> picked(String lane) {
		Set<String> picked = new TreeSet<>();
		for (int i = 0; i < 10; i++) {
			Endpoint endpoint = this.balancer.pick(lane, PickRequest.ANY);
			if (endpoint != null) {
				picked.add(endpoint.instance().id());
			}
		}
		return picked;
	}

	/** Always picks the first one, and remembers what it was asked to build. */
	private static final class Counting implements LoadBalancer {

		private final List<PickerInput> inputs = new ArrayList<>();

		private final List<Picker> pickers = new ArrayList<>();

		private RuntimeException failure;

		@Override
		public String name() {
			return "counting";
		}

		@Override
		public Picker newPicker(PickerInput input) {
			if (this.failure != null) {
				throw this.failure;
			}
			Picker picker = (request) -> input.endpoints().get(0);
			this.inputs.add(input);
			this.pickers.add(picker);
			return picker;
		}

	}

}
