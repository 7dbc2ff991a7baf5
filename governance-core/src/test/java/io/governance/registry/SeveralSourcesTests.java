package io.governance.registry;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import io.governance.BackendUnavailableException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

@Timeout(30)
class SeveralSourcesTests {

	private final ManualTasks tasks = new ManualTasks();

	private final ManualDiscovery first = new ManualDiscovery();

	private final ManualDiscovery second = new ManualDiscovery();

	private final List<ServiceInstances> told = new ArrayList<>();

	private ServiceDirectory directory = watchingSeveral(
			builder().source("first", this.first).source("second", this.second));

	private ServiceDirectory.Builder builder() {
		return ServiceDirectory.builder().tasks(this.tasks, new Random(1)).clock(this.tasks);
	}

	private ServiceDirectory watching(ServiceDirectory.Builder builder) {
		return watching(builder, 0);
	}

	/** Of several, the last thing is to plan how long to wait for them. */
	private ServiceDirectory watchingSeveral(ServiceDirectory.Builder builder) {
		return watching(builder, 1);
	}

	private ServiceDirectory watching(ServiceDirectory.Builder builder, int plans) {
		int watches = this.first.watches() + 1;
		int planned = this.tasks.planned() + plans;
		ServiceDirectory directory = builder.listener(this.told::add).build();
		directory.instances("orders");
		await().until(() -> this.first.watches() == watches && this.tasks.planned() >= planned);
		return directory;
	}

	@AfterEach
	void close() {
		this.directory.close();
		assertThat(this.first.watches()).isZero();
		assertThat(this.second.watches()).isZero();
	}

	@Test
	void mergesAndTakesEachHostAndPortOnce() {
		this.first.tell("orders", instance(1), instance(2));
		assertThat(this.directory.instances("orders").known()).as("the other may know more").isFalse();
		this.second.tell("orders", instance(2).toBuilder().id("other").zone("z").build(), instance(3));
		assertThat(instances()).as("the first describes it").containsExactly(instance(1), instance(2), instance(3));
		this.first.tell("orders", instance(1));
		assertThat(instances()).extracting(Instance::id).containsExactly("o-1", "o-3", "other");
	}

	@Test
	@DisplayName("F1 one that never answers holds the others up for a bounded time, and looks like no empty list")
	void doesNotWaitForEverForOneThatDoesNotAnswer() {
		this.first.tell("orders", instance(1));
		this.tasks.pass(Duration.ofMillis(999));
		assertThat(this.directory.instances("orders").known()).isFalse();
		this.tasks.pass(Duration.ofMillis(2));
		assertThat(instances()).containsExactly(instance(1));
	}

	@Test
	@DisplayName("F39 nothing from one is no empty list as long as the other has not answered")
	void doesNotTakeAnEmptyPartForTheWhole() {
		this.first.tell("orders");
		this.second.down(true);
		this.tasks.pass(Duration.ofMinutes(1));
		assertThat(this.directory.instances("orders").known()).isFalse();
		this.second.down(false);
		this.second.tell("orders");
		assertThat(this.directory.instances("orders").known()).isTrue();
	}

	@Test
	@DisplayName("F2 one that is lost keeps its last list; what is current describes an instance")
	void keepsTheListOfOneThatIsLost() {
		this.first.tell("orders", instance(1), instance(2));
		this.second.tell("orders", instance(2), instance(3));
		this.first.down(true);
		Instance draining = instance(2).withStatus(InstanceStatus.DRAINING);
		this.second.tell("orders", draining, instance(3));
		assertThat(instances()).containsExactly(instance(1), draining, instance(3));
		assertThat(this.directory.instances("orders").connected()).isFalse();
		this.first.down(false);
		assertThat(this.directory.instances("orders").connected()).isTrue();
	}

	@Test
	@DisplayName("F2 while all are lost, the one that was lost last describes an instance")
	void whoeverWasLostLastDescribes() {
		this.first.tell("orders", instance(1), instance(2));
		this.second.tell("orders", instance(1), instance(2));
		this.first.down(true);
		Instance moved = instance(1).toBuilder().lane("gray").build();
		this.second.tell("orders", moved, instance(2));
		this.second.down(true);
		assertThat(instances()).as("the other one cannot know").containsExactly(moved, instance(2));
		this.first.down(false);
		assertThat(instances()).as("it may not have looked yet").containsExactly(moved, instance(2));
		this.tasks.pass(Duration.ofSeconds(16));
		assertThat(instances()).as("it says so").containsExactly(instance(1), instance(2));
	}

	@Test
	@DisplayName("F21 one that is back does not take a description back: it may have kept an old one")
	void whoIsBackDescribesNothingBeforeItIsSureToKnow() {
		this.first.tell("orders", instance(1));
		this.second.tell("orders", instance(1));
		this.first.down(true);
		Instance restarted = instance(1).toBuilder().version("2").build();
		this.second.tell("orders", restarted);
		this.told.clear();
		this.first.down(false);
		this.first.tell("orders", instance(1).withStatus(InstanceStatus.DRAINING));
		this.tasks.pass(Duration.ofSeconds(5));
		this.first.tell("orders", restarted);
		this.tasks.pass(Duration.ofSeconds(11));
		assertThat(this.told).isNotEmpty()
			.allSatisfy((list) -> assertThat(list.instances()).containsExactly(restarted));
		Instance heavier = restarted.toBuilder().weight(200).build();
		this.first.tell("orders", heavier);
		assertThat(instances()).as("it describes again").containsExactly(heavier);
	}

	@Test
	void whoeverLeavesOneIsNotKeptByAnotherThatIsLost() {
		this.first.tell("orders", instance(1), instance(2));
		this.second.tell("orders", instance(1), instance(2));
		this.first.down(true);
		this.second.tell("orders", instance(2), instance(3));
		assertThat(instances()).containsExactly(instance(2), instance(3));
		this.second.tell("orders", instance(1), instance(2), instance(3));
		assertThat(instances()).containsExactly(instance(1), instance(2), instance(3));
		this.second.tell("orders", instance(3));
		this.first.down(false);
		assertThat(instances()).as("it may not have looked yet").containsExactly(instance(3));
		this.tasks.pass(Duration.ofSeconds(16));
		assertThat(instances()).as("it says that they are there")
			.containsExactly(instance(1), instance(2), instance(3));
	}

	@Test
	void whoeverLeftOneIsNotHeldByAnotherThatIsBack() {
		this.first.tell("orders", instance(1), instance(2));
		this.second.tell("orders", instance(1), instance(2));
		this.first.down(true);
		this.second.tell("orders", instance(3), instance(4));
		this.tasks.pass(Duration.ofSeconds(60));
		assertThat(instances()).containsExactly(instance(3), instance(4));
		this.told.clear();
		this.first.down(false);
		this.first.tell("orders", instance(3), instance(4));
		this.tasks.pass(Duration.ofSeconds(60));
		assertThat(this.told).isNotEmpty()
			.allSatisfy((list) -> assertThat(list.instances()).containsExactly(instance(3), instance(4)));
	}

	@Test
	void whoIsBackAndLostAgainIsBelievedOnlySomeTimeAfterTheLastReturn() {
		this.first.tell("orders", instance(1), instance(2));
		this.second.tell("orders", instance(1), instance(2));
		this.first.down(true);
		this.second.tell("orders", instance(2));
		this.first.down(false);
		this.tasks.pass(Duration.ofSeconds(10));
		this.first.down(true);
		this.first.down(false);
		this.tasks.pass(Duration.ofSeconds(10));
		assertThat(instances()).as("it may not have looked yet").containsExactly(instance(2));
		this.tasks.pass(Duration.ofSeconds(6));
		assertThat(instances()).as("it says that it is there").containsExactly(instance(1), instance(2));
	}

	@Test
	void keepsDifferentInstancesOfOneIdApart() {
		this.first.tell("orders", instance(1));
		this.second.tell("orders", instance(2).toBuilder().id("o-1").build());
		assertThat(instances()).extracting(Instance::id).containsExactly("127.0.0.2:8002", "o-1");
	}

	@Test
	void namesTheServicesOfThoseThatAnswer() {
		this.first.is("orders", List.of());
		this.second.is("users", List.of());
		assertThat(this.directory.services()).containsExactlyInAnyOrder("orders", "users");
		this.first.down(true);
		assertThat(this.directory.services()).containsExactly("users");
		this.second.down(true);
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(this.directory::services);
	}

	@Test
	void staticInstancesAreThereBesideOthers() {
		this.directory.close();
		this.directory = watchingSeveral(builder().source("first", this.first)
			.source("static", new StaticDiscovery(Map.of("orders", List.of(instance(9), instance(1))))));
		this.first.tell("orders", instance(1).toBuilder().version("2").build());
		assertThat(instances()).containsExactly(instance(1).toBuilder().version("2").build(), instance(9));
		this.first.tell("orders");
		assertThat(instances()).containsExactly(instance(1), instance(9));
	}

	@Test
	void fallsBackWhileNoInstanceCanBeCalledAndReturns() {
		fallBackOn(this.second);
		this.first.tell("orders", instance(1).withStatus(InstanceStatus.DOWN));
		this.tasks.run();
		assertThat(this.second.watches()).isOne();
		this.second.tell("orders", instance(2));
		assertThat(instances()).containsExactly(instance(2));
		this.first.tell("orders", instance(1));
		assertThat(instances()).containsExactly(instance(1));
		this.tasks.run();
		assertThat(this.second.watches()).as("it is not watched any more").isZero();
		this.second.tell("orders", instance(3));
		assertThat(instances()).containsExactly(instance(1));
		this.first.tell("orders", instance(1).toBuilder().weight(0).build());
		this.tasks.run();
		assertThat(instances()).containsExactly(instance(3));
	}

	@Test
	void fallsBackAgainAtOnceThoughItHadJustReturned() {
		fallBackOn(this.second);
		this.second.is("orders", List.of(instance(2)));
		this.first.tell("orders");
		this.tasks.run();
		assertThat(instances()).containsExactly(instance(2));
		this.first.tell("orders", instance(1));
		assertThat(instances()).containsExactly(instance(1));
		this.first.tell("orders");
		this.tasks.run();
		assertThat(instances()).containsExactly(instance(2));
		assertThat(this.second.watches()).isOne();
	}

	@Test
	void whoWasFallenBackOnBeforeTheStartIsNotMissedWhereHeNeverWas(@TempDir Path home) {
		InstanceCache cache = new InstanceCache(home, "dev");
		cache.save("orders", List.of(instance(2)), this.tasks.instant());
		this.directory.close();
		this.directory = watching(
				builder().source("first", this.first).fallback("other", () -> this.second).cache(cache));
		this.tasks.pass(Duration.ofSeconds(2));
		assertThat(instances()).as("from the disk").containsExactly(instance(2));
		this.second.is("orders", List.of(instance(3)));
		this.first.tell("orders");
		this.tasks.run();
		assertThat(instances()).as("who is there now").containsExactly(instance(3));
		assertThat(this.directory.held()).isEmpty();
	}

	@Test
	void waitsForAFallbackEachTimeItIsNeeded() {
		fallBackOn(this.second);
		this.first.tell("orders");
		this.tasks.pass(Duration.ofMillis(900));
		this.first.tell("orders", instance(1));
		this.tasks.run();
		this.first.tell("orders");
		this.tasks.pass(Duration.ofMillis(900));
		assertThat(instances()).as("the fallback may know some").containsExactly(instance(1));
		this.tasks.pass(Duration.ofMillis(200));
		assertThat(instances()).isEmpty();
	}

	@Test
	@DisplayName("F39 an error is no reason to fall back")
	void doesNotFallBackBecauseOfAnError() {
		fallBackOn(this.second);
		this.first.down(true);
		this.tasks.pass(Duration.ofMinutes(1));
		assertThat(this.second.watches()).isZero();
		this.first.down(false);
		this.first.tell("orders", instance(1));
		this.first.down(true);
		this.tasks.pass(Duration.ofMinutes(1));
		assertThat(this.second.watches()).isZero();
		assertThat(instances()).containsExactly(instance(1));
	}

	@Test
	void tellsWhatThereIsWhenNobodyKnowsAnInstance() {
		ManualDiscovery third = new ManualDiscovery();
		this.directory.close();
		this.directory = watching(builder().source("first", this.first)
			.fallback("second", () -> this.second)
			.fallback("third", () -> third));
		this.first.tell("orders");
		this.tasks.run();
		this.second.tell("orders");
		this.tasks.run();
		assertThat(third.watches()).isOne();
		assertThat(this.directory.instances("orders").known()).as("the last one may know some").isFalse();
		this.tasks.pass(Duration.ofSeconds(1));
		assertThat(this.directory.instances("orders").known()).isTrue();
		assertThat(instances()).isEmpty();
		third.tell("orders", instance(3));
		assertThat(instances()).containsExactly(instance(3));
		this.second.tell("orders", instance(2));
		this.tasks.run();
		assertThat(instances()).containsExactly(instance(2));
		assertThat(third.watches()).isZero();
	}

	@Test
	@DisplayName("F2 a fallback that cannot be reached does not stand in the way of the next")
	void leavesOutAFallbackThatDoesNotAnswer() {
		ManualDiscovery third = new ManualDiscovery();
		third.is("orders", List.of(instance(3)));
		this.second.down(true);
		this.directory.close();
		this.directory = watching(builder().source("first", this.first)
			.fallback("second", () -> this.second)
			.fallback("third", () -> third));
		this.first.tell("orders");
		this.tasks.run();
		assertThat(instances()).containsExactly(instance(3));
		this.second.down(false);
		this.second.tell("orders", instance(2));
		assertThat(instances()).containsExactly(instance(2));
	}

	@Test
	void triesAFallbackAgainThatCouldNotBeWatched() {
		ManualDiscovery third = new ManualDiscovery();
		third.is("orders", List.of(instance(3)));
		this.second.is("orders", List.of(instance(2)));
		this.second.refusals = 2;
		this.directory.close();
		this.directory = watching(builder().source("first", this.first)
			.fallback("second", () -> this.second)
			.fallback("third", () -> third));
		this.first.tell("orders");
		this.tasks.run();
		assertThat(instances()).containsExactly(instance(3));
		this.tasks.pass(Duration.ofSeconds(30));
		assertThat(instances()).containsExactly(instance(2));
		assertThat(third.watches()).isZero();
	}

	@Test
	void changesAreToldPerService() {
		this.first.tell("orders", instance(1), instance(2));
		this.second.tell("orders");
		this.first.tell("orders", instance(1).withStatus(InstanceStatus.DOWN), instance(3));
		assertThat(this.told).hasSize(2);
		InstancesChanged changed = InstancesChanged.between(this.told.get(0), this.told.get(1));
		assertThat(changed.service()).isEqualTo("orders");
		assertThat(changed.added()).containsExactly(instance(3));
		assertThat(changed.removed()).containsExactly(instance(2));
		assertThat(changed.changed()).containsExactly(instance(1).withStatus(InstanceStatus.DOWN));
		assertThat(InstancesChanged.between(this.told.get(1), this.told.get(1)).isEmpty()).isTrue();
	}

	@Test
	void severalServicesAreWaitedForTogether() {
		this.first.tell("orders", instance(1));
		this.second.tell("orders");
		assertThat(this.directory.await(Set.of("orders", "users"), Duration.ofMillis(100))).containsExactly("users");
		assertThat(this.directory.watched()).extracting(ServiceInstances::service).containsExactly("orders", "users");
	}

	private void fallBackOn(ManualDiscovery other) {
		this.directory.close();
		this.directory = watching(builder().source("first", this.first).fallback("other", () -> other));
	}

	private List<Instance> instances() {
		return this.directory.instances("orders").instances();
	}

	private static Instance instance(int number) {
		return Instance.of("orders", "127.0.0." + number, 8000 + number).id("o-" + number).build();
	}

}
