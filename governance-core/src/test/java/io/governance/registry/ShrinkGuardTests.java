package io.governance.registry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

@Timeout(30)
class ShrinkGuardTests {

	private final ManualTasks tasks = new ManualTasks();

	private final ManualDiscovery discovery = new ManualDiscovery();

	private final List<ServiceInstances> told = new ArrayList<>();

	private ServiceDirectory directory = directory(ShrinkGuard.DEFAULTS);

	private ServiceDirectory directory(ShrinkGuard guard) {
		return ServiceDirectory.builder()
			.source("manual", this.discovery)
			.guard(guard)
			.tasks(this.tasks, new Random(1))
			.clock(this.tasks)
			.build();
	}

	@BeforeEach
	void watch() {
		this.directory.subscribe("orders", this.told::add);
		await().until(() -> this.discovery.watches() == 1);
	}

	@AfterEach
	void close() {
		this.directory.close();
	}

	@Test
	@DisplayName("F38 F42 a list that loses more than half at once is held until a second read confirms it")
	void holdsWhatIsGoneAtOnceUntilTheBackendConfirmsIt() {
		this.discovery.tell("orders", instances(0, 20));
		this.discovery.tell("orders", instances(0, 9));
		assertThat(ids()).isEqualTo(ids(0, 20));
		assertThat(this.directory.held()).isEqualTo(Map.of("orders", 11));
		this.tasks.pass(Duration.ofMillis(9_900));
		assertThat(ids()).as("asked, but too early to be believed").isEqualTo(ids(0, 20));
		assertThat(this.discovery.reads).isBetween(2, 9);
		this.tasks.pass(Duration.ofSeconds(3));
		assertThat(ids()).isEqualTo(ids(0, 9));
		assertThat(this.directory.held()).isEmpty();
	}

	@Test
	@DisplayName("F19 whatever a read throws, it is asked again")
	void asksAgainWhateverAReadThrows() {
		this.discovery.tell("orders", instances(0, 20));
		this.discovery.errors = 3;
		this.discovery.tell("orders", instances(0, 9));
		this.tasks.pass(Duration.ofMinutes(1));
		assertThat(ids()).isEqualTo(ids(0, 9));
		assertThat(this.discovery.reads).isGreaterThan(3);
	}

	@Test
	@DisplayName("F42 mass expiry: what the registry has lost and gets back is never missed")
	void takesADoubtBackWhenInstancesReturn() {
		this.discovery.tell("orders", instances(0, 20));
		this.discovery.tell("orders");
		this.tasks.pass(Duration.ofSeconds(3));
		this.discovery.tell("orders", instances(0, 6));
		assertThat(ids()).isEqualTo(ids(0, 20));
		this.tasks.pass(Duration.ofSeconds(3));
		this.discovery.tell("orders", instances(0, 20));
		assertThat(this.directory.held()).isEmpty();
		this.tasks.pass(Duration.ofMinutes(2));
		assertThat(ids()).isEqualTo(ids(0, 20));
		assertThat(this.told).as("nobody was told of any of it").hasSize(1);
	}

	@Test
	@DisplayName("F42 who returns later than half of the others is kept until then")
	void doesNotDropTheRestOnceHalfHaveReturned() {
		this.discovery.tell("orders", instances(0, 20));
		this.discovery.tell("orders");
		for (int back = 1; back < 20; back++) {
			this.tasks.pass(Duration.ofMillis(400));
			this.discovery.tell("orders", instances(0, back));
			assertThat(ids()).as("%s are back", back).isEqualTo(ids(0, 20));
		}
		this.discovery.tell("orders", instances(0, 20));
		assertThat(this.directory.held()).isEmpty();
		assertThat(this.told).as("nobody was told of any of it").hasSize(1);
	}

	@Test
	@DisplayName("F42 each instance is held for the whole time, however long others are missing already")
	void holdsEachInstanceForTheWholeTime() {
		this.discovery.tell("orders", instances(0, 20));
		this.discovery.tell("orders", instances(0, 9));
		this.tasks.pass(Duration.ofMillis(8_500));
		this.discovery.tell("orders");
		assertThat(this.directory.held()).isEqualTo(Map.of("orders", 20));
		this.tasks.pass(Duration.ofSeconds(4));
		assertThat(ids()).as("those that went first are given up").isEqualTo(ids(0, 9));
		assertThat(this.directory.held()).isEqualTo(Map.of("orders", 9));
		this.tasks.pass(Duration.ofSeconds(10));
		assertThat(ids()).isEmpty();
		assertThat(this.directory.held()).isEmpty();
	}

	@Test
	void takesADoubtBackWhenASecondReadShowsTheInstances() {
		this.discovery.tell("orders", instances(0, 20));
		this.discovery.tell("orders", instances(0, 5));
		this.discovery.is("orders", instances(0, 20));
		this.tasks.pass(Duration.ofMillis(1_001));
		assertThat(this.directory.held()).isEmpty();
		this.tasks.pass(Duration.ofMinutes(1));
		assertThat(ids()).isEqualTo(ids(0, 20));
	}

	@Test
	@DisplayName("F39 while the backend cannot be asked, nothing is confirmed; it is asked ever more rarely")
	void keepsHoldingWhileTheBackendCannotBeAsked() {
		this.discovery.tell("orders", instances(0, 20));
		this.discovery.tell("orders");
		this.discovery.down(true);
		this.tasks.pass(Duration.ofMinutes(10));
		assertThat(ids()).isEqualTo(ids(0, 20));
		assertThat(this.discovery.reads).isBetween(10, 120);
		this.discovery.down(false);
		this.tasks.pass(Duration.ofSeconds(31));
		assertThat(ids()).isEmpty();
	}

	@Test
	void appliesAdditionsAndChangesWhileRemovalsAreHeld() {
		this.discovery.tell("orders", instances(0, 10));
		List<Instance> now = new ArrayList<>(instances(8, 12));
		now.set(0, now.get(0).withStatus(InstanceStatus.DOWN));
		this.discovery.tell("orders", now);
		assertThat(ids()).isEqualTo(ids(0, 12));
		assertThat(this.directory.instances("orders").instances()).contains(now.get(0));
	}

	@Test
	@DisplayName("F42 instances whose leases expire one after the other count as gone at once")
	void countsWhatGoesWithinAShortTime() {
		for (int left = 20; left >= 5; left--) {
			this.discovery.tell("orders", instances(0, left));
		}
		assertThat(ids()).as("half of them were let go, the others are held").isEqualTo(ids(0, 10));
		assertThat(this.directory.held()).isEqualTo(Map.of("orders", 5));
	}

	@Test
	void believesAFleetThatIsReplacedOneByOne() {
		this.discovery.tell("orders", instances(0, 6));
		for (int first = 1; first <= 30; first++) {
			this.discovery.tell("orders", instances(first, first + 5));
			this.discovery.tell("orders", instances(first, first + 6));
			assertThat(ids()).isEqualTo(ids(first, first + 6));
		}
	}

	@Test
	void newcomersDoNotHideThatAFleetShrinks() {
		this.discovery.tell("orders", instances(0, 20));
		this.discovery.tell("orders", instances(0, 23));
		for (int left = 23; left >= 8; left--) {
			this.discovery.tell("orders", instances(0, left));
		}
		assertThat(ids()).isEqualTo(ids(0, 12));
	}

	@Test
	void whoIsThereUnderAnotherIdIsNotMissed() {
		List<Instance> before = instances(0, 10);
		List<Instance> after = before.stream()
			.map((instance) -> instance.toBuilder().id("again-" + instance.id()).build())
			.toList();
		this.discovery.tell("orders", before);
		this.discovery.tell("orders", after);
		assertThat(this.directory.instances("orders").instances()).isEqualTo(after);
		assertThat(this.directory.held()).isEmpty();
	}

	@Test
	void whoIsThereUnderAnotherIdDoesNotMakeUpForWhoWent() {
		this.discovery.tell("orders", instances(0, 20));
		this.discovery.tell("orders", instances(0, 10));
		List<Instance> after = new ArrayList<>(instances(0, 10));
		after.replaceAll((instance) -> instance.toBuilder().id("again-" + instance.id()).build());
		this.discovery.tell("orders", after);
		this.discovery.tell("orders", after.subList(0, 8));
		assertThat(this.directory.instances("orders").instances()).as("more than half are gone within a moment")
			.isEqualTo(after);
		assertThat(this.directory.held()).isEqualTo(Map.of("orders", 2));
	}

	@Test
	void believesAFleetThatShrinksSlowly() {
		for (int left = 20; left >= 2; left -= 3) {
			this.discovery.tell("orders", instances(0, left));
			assertThat(ids()).isEqualTo(ids(0, left));
			this.tasks.pass(Duration.ofSeconds(11));
		}
	}

	@Test
	void doesNotMissWhoeverSaidThatItLeaves() {
		List<Instance> leaving = instances(0, 20).stream()
			.map((instance) -> instance
				.withStatus((instance.port() % 2 == 0) ? InstanceStatus.DRAINING : InstanceStatus.OUT_OF_SERVICE))
			.toList();
		this.discovery.tell("orders", instances(0, 20));
		this.discovery.tell("orders", leaving);
		this.discovery.tell("orders");
		assertThat(ids()).isEmpty();
	}

	@Test
	void believesWhatASmallServiceLoses() {
		this.discovery.tell("orders", instances(0, 5));
		this.discovery.tell("orders", instances(0, 1));
		assertThat(ids()).isEqualTo(ids(0, 1));
	}

	@Test
	@DisplayName("F38 a registry that comes back empty does not empty the list of a small service either")
	void doubtsServicesOfAnySizeAfterTheBackendWasLost() {
		this.discovery.tell("orders", instances(0, 2));
		this.discovery.down(true);
		this.discovery.down(false);
		this.discovery.tell("orders");
		assertThat(ids()).isEqualTo(ids(0, 2));
		this.discovery.tell("orders", instances(0, 2));
		this.tasks.pass(Duration.ofSeconds(11));
		this.discovery.tell("orders");
		assertThat(ids()).as("some time later it is believed").isEmpty();
	}

	@Test
	@DisplayName("F42 a registry that comes back empty twice is not believed by what it lacked the first time")
	void doubtsAnewWhenTheBackendIsLostAgain() {
		this.discovery.tell("orders", instances(0, 20));
		this.discovery.down(true);
		this.discovery.down(false);
		this.discovery.tell("orders");
		this.tasks.pass(Duration.ofSeconds(1));
		this.discovery.down(true);
		this.tasks.pass(Duration.ofSeconds(9));
		int reads = this.discovery.reads;
		this.discovery.down(false);
		this.tasks.pass(Duration.ofMillis(9_500));
		assertThat(this.discovery.reads).isGreaterThan(reads);
		assertThat(ids()).as("who has to register again has had no time for it").isEqualTo(ids(0, 20));
		this.tasks.pass(Duration.ofSeconds(20));
		assertThat(ids()).isEmpty();
	}

	@Test
	void believesEverythingWhenSwitchedOff() {
		this.directory.close();
		this.directory = directory(new ShrinkGuard(1, 5, Duration.ofSeconds(10)));
		watch();
		this.discovery.tell("orders", instances(0, 20));
		this.discovery.tell("orders");
		assertThat(ids()).isEmpty();
		assertThat(this.discovery.reads).isZero();
	}

	@Test
	void toleratesNoSettingsThatMakeNoSense() {
		Duration second = Duration.ofSeconds(1);
		assertThatIllegalArgumentException().isThrownBy(() -> new ShrinkGuard(0, 5, second));
		assertThatIllegalArgumentException().isThrownBy(() -> new ShrinkGuard(Double.NaN, 5, second));
		assertThatIllegalArgumentException().isThrownBy(() -> new ShrinkGuard(1.1, 5, second));
		assertThatIllegalArgumentException().isThrownBy(() -> new ShrinkGuard(0.5, -1, second));
		assertThatIllegalArgumentException().isThrownBy(() -> new ShrinkGuard(0.5, 5, Duration.ZERO));
	}

	private List<String> ids() {
		return this.directory.instances("orders").instances().stream().map(Instance::id).toList();
	}

	private static List<String> ids(int from, int to) {
		return instances(from, to).stream().map(Instance::id).toList();
	}

	private static List<Instance> instances(int from, int to) {
		return IntStream.range(from, to)
			.mapToObj((i) -> Instance.of("orders", "127.0.0.1", 8000 + i).id("o-%03d".formatted(i)).build())
			.toList();
	}

}
