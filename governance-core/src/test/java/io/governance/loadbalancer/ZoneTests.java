package io.governance.loadbalancer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class ZoneTests {

	private static final LoadBalancerSettings SETTINGS = LoadBalancerSettings.PLAIN.withZone(ZoneSettings.DEFAULTS);

	private final TestBalancer test = new TestBalancer(SETTINGS, new RoundRobinLoadBalancer(), "east");

	@Test
	void callsStayInTheZoneOfTheCaller() {
		this.test.update(instances(4, 0, 6));
		assertThat(this.test.picks(40)).isEqualTo(Map.of("e0", 10, "e1", 10, "e2", 10, "e3", 10));
	}

	@ParameterizedTest
	@CsvSource({ "10, 2, 0", "10, 3, 20", "10, 5, 300", "10, 9, 860" })
	void onlyWhatTheZoneCannotTakeSpillsOver(int local, int down, int perMille) {
		this.test.update(instances(local, down, 20));
		int away = away(this.test.picks(10_000));
		assertThat(away).isBetween(perMille * 10 - 160, perMille * 10 + 160);
	}

	@Test
	void emptyZoneGoesElsewhere() {
		this.test.update(instances(0, 0, 4));
		assertThat(this.test.picks(40)).hasSize(4);
		this.test.update(instances(3, 3, 4));
		assertThat(this.test.picks(40)).hasSize(4).doesNotContainKeys("e0", "none");
	}

	@Test
	void zoneWithTooFewInstancesIsNotPreferred() {
		this.test.update(instances(1, 0, 4));
		assertThat(this.test.picks(50)).hasSize(5).containsEntry("e0", 10);
		this.test.balancer.settings(SETTINGS.withZone(new ZoneSettings(true, 1, 0)));
		assertThat(this.test.picks(50)).isEqualTo(Map.of("e0", 50));
	}

	@Test
	void callerWithoutAZoneCallsAll() {
		TestBalancer test = new TestBalancer(SETTINGS);
		test.update(instances(4, 0, 6));
		assertThat(test.picks(100)).hasSize(10);
	}

	@Test
	void switchedOffCallsAll() {
		this.test.update(instances(4, 0, 6));
		this.test.balancer.settings(LoadBalancerSettings.PLAIN);
		assertThat(this.test.picks(100)).hasSize(10);
	}

	@Test
	void busyInstanceOfTheZoneSendsCallsElsewhere() {
		this.test.balancer.settings(SETTINGS.withZone(new ZoneSettings(true, 2, 3)));
		this.test.update(instances(2, 0, 2));
		assertThat(this.test.picks(10)).doesNotContainKeys("w0", "w1");
		for (int i = 0; i < 3; i++) {
			this.test.endpoint("e0").begin();
		}
		Map<String, Integer> picks = this.test.picks(100);
		assertThat(picks).doesNotContainKey("e0").containsEntry("e1", 50);
		for (String id : List.of("e1", "w0", "w1")) {
			for (int i = 0; i < 3; i++) {
				this.test.endpoint(id).begin();
			}
		}
		assertThat(this.test.picks(100)).as("where all are busy").isEqualTo(Map.of("e0", 50, "e1", 50));
	}

	@Test
	void furtherTriesStayInTheZoneWhileTheyCan() {
		this.test.update(instances(3, 0, 2));
		List<String> order = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			Endpoint endpoint = this.test.balancer.pick(Instance.STABLE, PickRequest.ANY,
					(candidate) -> order.contains(candidate.instance().id()));
			order.add(endpoint.instance().id());
		}
		assertThat(order.subList(0, 3)).containsExactlyInAnyOrder("e0", "e1", "e2");
		assertThat(order.subList(3, 5)).containsExactlyInAnyOrder("w0", "w1");
	}

	@Test
	void panicKnowsNoZones() {
		this.test.balancer.settings(SETTINGS.withPanicPercent(50));
		this.test.update(instances(4, 4, 3));
		assertThat(this.test.picks(70)).hasSize(7);
	}

	@Test
	void callsThatBelongTogetherSpillOverTogether() {
		this.test.update(instances(10, 5, 20));
		Map<Boolean, Integer> users = new HashMap<>();
		for (long user = 1; user <= 1000; user++) {
			boolean away = isAway(user);
			for (int i = 0; i < 5; i++) {
				assertThat(isAway(user)).isEqualTo(away);
			}
			users.merge(away, 1, Integer::sum);
		}
		assertThat(users.get(true)).isBetween(250, 350);
	}

	private boolean isAway(long user) {
		Endpoint endpoint = this.test.balancer.pick(Instance.STABLE, new PickRequest() {
			@Override
			public long affinity() {
				return user;
			}
		});
		return endpoint.instance().zone().equals("west");
	}

	private static int away(Map<String, Integer> picks) {
		return picks.entrySet()
			.stream()
			.filter((entry) -> entry.getKey().startsWith("w"))
			.mapToInt(Map.Entry::getValue)
			.sum();
	}

	private static List<Instance> instances(int east, int down, int west) {
		List<Instance> instances = new ArrayList<>();
		for (int i = 0; i < east; i++) {
			Instance instance = Endpoints.instance("e" + i).toBuilder().zone("east").build();
			instances.add((i < down) ? instance.withStatus(InstanceStatus.DOWN) : instance);
		}
		for (int i = 0; i < west; i++) {
			instances.add(Endpoints.instance("w" + i).toBuilder().zone("west").build());
		}
		return instances;
	}

}
