package io.governance.loadbalancer;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class SlowStartTests {

	private static final LoadBalancerSettings SETTINGS = LoadBalancerSettings.PLAIN
		.withSlowStart(Duration.ofSeconds(30));

	private final TestBalancer test = new TestBalancer(SETTINGS);

	@Test
	void theFirstListDoesNotRamp() {
		this.test.withInstances(10);
		assertThat(this.test.picks(100)).hasSize(10).allSatisfy((id, picks) -> assertThat(picks).isEqualTo(10));
	}

	@ParameterizedTest
	@CsvSource({ "0, 100", "3, 100", "6, 200", "15, 500", "24, 800", "30, 1000", "600, 1000" })
	void aNewInstanceGetsItsShareLittleByLittle(int seconds, int perMille) {
		this.test.withInstances(4);
		this.test.withInstances(5);
		this.test.passMaintained(Duration.ofSeconds(seconds));
		int full = 10_000;
		// 4 deviations
		assertThat(this.test.picks(5 * full).get("i4")).isBetween(perMille * full / 1000 - 200,
				perMille * full / 1000 + 200);
	}

	@ParameterizedTest
	@CsvSource({ "0, 1000", "5, 1000", "40, 250", "100, 100" })
	void anotherTimeCountsAlsoForWhoRampsAlready(int seconds, int perMille) {
		this.test.withInstances(4);
		this.test.withInstances(5);
		this.test.passMaintained(Duration.ofSeconds(10));
		this.test.balancer.settings(SETTINGS.withSlowStart(Duration.ofSeconds(seconds)));
		int full = 10_000;
		// 4 deviations
		assertThat(this.test.picks(5 * full).get("i4")).isBetween(perMille * full / 1000 - 200,
				perMille * full / 1000 + 200);
	}

	@Test
	void theOthersShareTheRestEvenly() {
		this.test.withInstances(4);
		this.test.withInstances(5);
		Map<String, Integer> picks = this.test.picks(5000);
		for (String id : List.of("i0", "i1", "i2", "i3")) {
			assertThat(picks.get(id)).isBetween(1200, 1250);
		}
	}

	@Test
	void exactCycleGoesOnOnceAllHaveSettled() {
		this.test.withInstances(4);
		this.test.withInstances(5);
		this.test.picks(100);
		this.test.passMaintained(Duration.ofSeconds(30));
		assertThat(this.test.picks(50)).hasSize(5).allSatisfy((id, picks) -> assertThat(picks).isEqualTo(10));
	}

	@Test
	void halfOfAFleetOrMoreDoesNotRamp() {
		this.test.withInstances(3);
		this.test.withInstances(6);
		assertThat(this.test.picks(60)).hasSize(6).allSatisfy((id, picks) -> assertThat(picks).isEqualTo(10));
		this.test.withInstances(1);
		this.test.withInstances(2);
		assertThat(this.test.picks(60)).isEqualTo(Map.of("i0", 30, "i1", 30));
	}

	@ParameterizedTest
	@CsvSource({ "-15, 500", "-29, 970", "-31, 1000", "0, 100", "3600, 100", "x, 1000" })
	void theRegisteredStartTimeCountsAlsoInTheFirstList(String age, int perMille) {
		String started = age.equals("x") ? "yesterday"
				: String.valueOf(TestBalancer.EPOCH.plusSeconds(Long.parseLong(age)).toEpochMilli());
		List<Instance> instances = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			instances.add(Endpoints.instance("i" + i));
		}
		instances.add(Endpoints.instance("i4").toBuilder().metadata(Map.of("started", started)).build());
		this.test.update(instances);
		assertThat(this.test.picks(50_000).get("i4")).isBetween(perMille * 10 - 200, perMille * 10 + 200);
	}

	@Test
	void oldInstanceThatAppearsLaterDoesNotRamp() {
		this.test.withInstances(4);
		List<Instance> instances = new ArrayList<>(
				this.test.balancer.endpoints().stream().map(Endpoint::instance).toList());
		String hourAgo = String.valueOf(TestBalancer.EPOCH.minusSeconds(3600).toEpochMilli());
		instances.add(Endpoints.instance("i4").toBuilder().metadata(Map.of("started", hourAgo)).build());
		this.test.update(instances);
		assertThat(this.test.picks(50)).containsEntry("i4", 10);
	}

	@Test
	void whoWasDownRampsAgain() {
		this.test.withInstances(4);
		List<Instance> up = this.test.balancer.endpoints().stream().map(Endpoint::instance).toList();
		List<Instance> down = new ArrayList<>(up);
		down.set(1, up.get(1).withStatus(InstanceStatus.DOWN));
		this.test.update(down);
		this.test.update(up);
		assertThat(this.test.picks(40_000).get("i1")).isBetween(800, 1200);
	}

	@Test
	void describedAnewItsRampGoesOn() {
		this.test.withInstances(4);
		this.test.withInstances(5);
		this.test.passMaintained(Duration.ofSeconds(15));
		List<Instance> instances = this.test.balancer.endpoints()
			.stream()
			.map((endpoint) -> endpoint.instance().toBuilder().version("2").build())
			.toList();
		this.test.update(instances);
		assertThat(this.test.picks(50_000).get("i4")).isBetween(4800, 5200);
	}

	@Test
	void timeIsReadByCallsAndNotByPicks() {
		this.test.withInstances(4);
		this.test.withInstances(5);
		this.test.pass(Duration.ofSeconds(60));
		assertThat(this.test.picks(5000).get("i4")).isLessThan(200);
		this.test.succeed("i0", 1);
		assertThat(this.test.picks(5000)).containsEntry("i4", 1000);
	}

	@Test
	void callsThatBelongTogetherMoveOnceAtMost() {
		TestBalancer test = new TestBalancer(SETTINGS, new ByAffinity(), "").withInstances(4);
		test.withInstances(5);
		List<String> before = picksOfUsers(test);
		assertThat(before.stream().filter("i4"::equals).count()).isBetween(5L, 40L);
		for (int second = 0; second < 30; second++) {
			test.passMaintained(Duration.ofSeconds(1));
			List<String> after = picksOfUsers(test);
			for (int user = 0; user < after.size(); user++) {
				if (!after.get(user).equals(before.get(user))) {
					assertThat(after.get(user)).isEqualTo("i4");
				}
			}
			before = after;
		}
		assertThat(before.stream().filter("i4"::equals).count()).isEqualTo(200);
	}

	@Test
	void picksAllocateNothingWhileSomebodyRamps() {
		this.test.withInstances(999);
		this.test.withInstances(1000);
		com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
		int picks = 100_000;
		pick(picks);
		long before = threads.getCurrentThreadAllocatedBytes();
		pick(picks);
		assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(picks);
	}

	private void pick(int picks) {
		for (int i = 0; i < picks; i++) {
			this.test.balancer.pick(Instance.STABLE, PickRequest.ANY);
		}
	}

	private static List<String> picksOfUsers(TestBalancer test) {
		return IntStream.rangeClosed(1, 1000)
			.mapToObj((user) -> test.balancer.pick(Instance.STABLE, ByAffinity.request(user)).instance().id())
			.toList();
	}

	/** The last instance owns every fifth user, the others share the rest. */
	private static final class ByAffinity implements LoadBalancer {

		@Override
		public String name() {
			return "by-affinity";
		}

		@Override
		public Picker newPicker(PickerInput input) {
			List<Endpoint> endpoints = input.endpoints();
			return (request) -> {
				int user = (int) request.affinity();
				return (user % 5 == 4 && endpoints.size() == 5) ? endpoints.get(4) : endpoints.get(user % 4);
			};
		}

		static PickRequest request(int user) {
			return new PickRequest() {
				@Override
				public long affinity() {
					return user;
				}
			};
		}

	}

}
