package io.governance.loadbalancer;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class PanicTests {

	private static final LoadBalancerSettings SETTINGS = LoadBalancerSettings.PLAIN.withPanicPercent(50);

	private final TestBalancer test = new TestBalancer(SETTINGS);

	@ParameterizedTest
	@CsvSource({ "10, 4, 6", "10, 5, 5", "10, 6, 10", "10, 10, 10", "1, 1, 1", "2, 1, 1", "3, 2, 3" })
	@DisplayName("F41 when fewer than half are up, all are called")
	void callsAllOnceFewerThanHalfAreUp(int instances, int down, int called) {
		this.test.update(instances(instances, down));
		assertThat(this.test.picks(instances * 10)).hasSize(called).doesNotContainKey("none");
	}

	@Test
	@DisplayName("F42 all that expire at once are still called")
	void callsAllThatWentDownAtOnce() {
		this.test.update(instances(20, 0));
		this.test.update(instances(20, 20));
		assertThat(this.test.picks(200)).hasSize(20).containsEntry("i07", 10);
	}

	@Test
	@DisplayName("F41 what was taken out on purpose is not called in panic either")
	void leavesAloneWhatWasTakenOutOnPurpose() {
		this.test.update(List.of(Endpoints.instance("a"), down("b"), down("c"),
				Endpoints.instance("d").withStatus(InstanceStatus.DRAINING),
				Endpoints.instance("e").withStatus(InstanceStatus.OUT_OF_SERVICE),
				down("f").toBuilder().weight(0).build()));
		assertThat(this.test.picks(30)).isEqualTo(Map.of("a", 10, "b", 10, "c", 10));
	}

	@Test
	@DisplayName("F41 those that are ejected or do not answer probes are called in panic")
	void callsThoseThatAreEjectedToo() {
		this.test.balancer.settings(SETTINGS.withOutliers(OutlierSettings.DEFAULTS));
		this.test.withInstances(4);
		this.test.fail("i0", 5);
		this.test.balancer.probed("i1", false, "no answer");
		this.test.runTasks();
		assertThat(this.test.picks(40)).isEqualTo(Map.of("i2", 20, "i3", 20));
		this.test.balancer.probed("i2", false, "no answer");
		assertThat(this.test.picks(40)).as("before the rebuild").isEqualTo(Map.of("i3", 40));
		this.test.runTasks();
		assertThat(this.test.picks(40)).isEqualTo(Map.of("i0", 10, "i1", 10, "i2", 10, "i3", 10));
	}

	@Test
	void tellsEachChangeOnce() {
		this.test.update(instances(4, 3));
		this.test.update(instances(4, 4));
		this.test.update(instances(4, 2));
		this.test.update(instances(4, 0));
		assertThat(this.test.panic).containsExactly(new PanicEvent("orders", Instance.STABLE, true, 1, 4),
				new PanicEvent("orders", Instance.STABLE, false, 2, 4));
	}

	@Test
	void endsWithTheLane() {
		this.test.update(instances(4, 3));
		this.test.update(List.of());
		assertThat(this.test.panic).extracting(PanicEvent::panic).containsExactly(true, false);
	}

	@Test
	void eachLaneHasItsOwn() {
		this.test.update(List.of(Endpoints.instance("a"), Endpoints.instance("b"), Endpoints.instance("g", "gray"),
				down("h").toBuilder().lane("gray").build(), down("i").toBuilder().lane("gray").build()));
		assertThat(this.test.picks(20)).isEqualTo(Map.of("a", 10, "b", 10));
		assertThat(this.test.picks(30, "gray")).isEqualTo(Map.of("g", 10, "h", 10, "i", 10));
	}

	@Test
	@DisplayName("F43 a lane of which nobody is up goes where it falls back to before it panics")
	void fallsBackBeforeItPanics() {
		Instance gray = down("g").toBuilder().lane("gray").build();
		this.test.update(List.of(Endpoints.instance("a"), gray));
		assertThat(this.test.picks(10, "gray")).isEqualTo(Map.of("a", 10));
		assertThat(this.test.panic).isEmpty();
		this.test.balancer.lanes(LanePolicy.DEFAULT.with("gray", LaneFallback.REFUSE));
		assertThat(this.test.picks(10, "gray")).isEqualTo(Map.of("g", 10));
		this.test.balancer.lanes(LanePolicy.DEFAULT.with("gray", LaneFallback.ANY));
		assertThat(this.test.picks(10, "gray")).isEqualTo(Map.of("a", 10));
		this.test.update(List.of(down("a"), gray));
		this.test.balancer.lanes(LanePolicy.DEFAULT);
		assertThat(this.test.picks(10, "gray")).isEqualTo(Map.of("g", 10));
	}

	@Test
	void switchedOffCallsNobodyThatIsDown() {
		this.test.balancer.settings(SETTINGS.withPanicPercent(0));
		this.test.update(instances(4, 3));
		assertThat(this.test.picks(10)).isEqualTo(Map.of("i03", 10));
		this.test.update(instances(4, 4));
		assertThat(this.test.picks(10)).isEqualTo(Map.of("none", 10));
		assertThat(this.test.balancer.whyNone()).endsWith("but 4 DOWN");
	}

	@Test
	void endsWithTheEjections() {
		this.test.balancer.settings(SETTINGS.withOutliers(OutlierSettings.DEFAULTS));
		this.test.update(instances(5, 1));
		this.test.fail("i01", 5);
		this.test.fail("i02", 5);
		this.test.runTasks();
		assertThat(this.test.picks(50)).as("2 of 5").hasSize(5);
		this.test.passMaintained(Duration.ofSeconds(30));
		assertThat(this.test.panic).extracting(PanicEvent::panic).containsExactly(true, false);
		assertThat(this.test.picks(50)).doesNotContainKey("i00");
	}

	private static List<Instance> instances(int count, int down) {
		return IntStream.range(0, count).mapToObj((i) -> {
			Instance instance = Endpoints.instance("i%02d".formatted(i));
			return (i < down) ? instance.withStatus(InstanceStatus.DOWN) : instance;
		}).toList();
	}

	private static Instance down(String id) {
		return Endpoints.instance(id).withStatus(InstanceStatus.DOWN);
	}

}
