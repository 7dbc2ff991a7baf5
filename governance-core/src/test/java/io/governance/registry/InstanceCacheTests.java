package io.governance.registry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(30)
class InstanceCacheTests {

	private static final Instant TIME = Instant.parse("2029-12-31T23:00:00Z");

	private static final Instance A = new Instance("orders", "a", "10.0.0.7", 8443, true, InstanceStatus.DRAINING, "z",
			"1.2", "gray", 50, Map.of("team", "x", "empty", ""));

	private static final Instance B = Instance.of("orders", "10.0.0.8", 80).id("b").build();

	@TempDir
	private Path home;

	private final ManualTasks tasks = new ManualTasks();

	private final ManualDiscovery discovery = new ManualDiscovery();

	private InstanceCache cache() {
		return new InstanceCache(this.home.resolve("new/instances"), "default/consul");
	}

	@Test
	void keepsEverythingOfAnInstance() {
		cache().save("orders", List.of(A, B), TIME);
		InstanceCache.Entry kept = cache().load("orders").orElseThrow();
		assertThat(kept.instances()).containsExactly(A, B);
		assertThat(kept.time()).isEqualTo(TIME);
		assertThat(cache().load("users")).isEmpty();
		assertThat(new InstanceCache(this.home.resolve("new/instances"), "test/consul").load("orders")).isEmpty();
	}

	@Test
	@DisplayName("(c)6 files and directories are for their owner only")
	void isReadableByItsOwnerOnly() throws IOException {
		cache().save("orders", List.of(B), TIME);
		Path file = cache().path("orders");
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file))).isEqualTo("rw-------");
		assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file.getParent())))
			.isEqualTo("rwx------");
	}

	@Test
	@DisplayName("(c)6 what others may have written is not believed")
	void ignoresWhatIsDamagedOrMayBeOfOthers() throws IOException {
		Path file = cache().path("orders");
		cache().save("orders", List.of(B), TIME);
		Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw----"));
		assertThat(cache().load("orders")).isEmpty();
		cache().save("orders", List.of(B), TIME);
		byte[] content = Files.readAllBytes(file);
		content[content.length - 1]++;
		Files.write(file, content);
		assertThat(cache().load("orders")).isEmpty();
		Path elsewhere = this.home.resolve("elsewhere");
		cache().save("orders", List.of(B), TIME);
		Files.move(file, elsewhere);
		Files.createSymbolicLink(file, elsewhere);
		assertThat(cache().load("orders")).isEmpty();
	}

	@Test
	void keepsTheLastListThatHadInstances() {
		cache().save("orders", List.of(B), TIME);
		cache().save("orders", List.of(), TIME.plusSeconds(1));
		assertThat(cache().load("orders").orElseThrow().instances()).containsExactly(B);
	}

	@Test
	void isBounded() {
		List<Instance> tooMany = IntStream.rangeClosed(0, InstanceCache.MAX_INSTANCES)
			.mapToObj((i) -> B.toBuilder().id("i" + i).build())
			.toList();
		cache().save("orders", tooMany, TIME);
		assertThat(cache().path("orders")).doesNotExist();
		cache().save("orders", tooMany.subList(1, tooMany.size()), TIME);
		assertThat(cache().load("orders").orElseThrow().instances()).hasSize(InstanceCache.MAX_INSTANCES);
	}

	@Test
	void namesThatNoFileCanHaveAreKeptApart() {
		String name = "s".repeat(199);
		cache().save(name + "1", List.of(Instance.of(name + "1", "h", 1).build()), TIME);
		cache().save(name + "2", List.of(Instance.of(name + "2", "h", 2).build()), TIME);
		assertThat(cache().load(name + "1").orElseThrow().instances()).extracting(Instance::port).containsExactly(1);
	}

	@Test
	@DisplayName("F1 a start while the registry is down begins with the list on disk, until there is a real one")
	void startsFromDiskWhileTheBackendIsDown() {
		cache().save("orders", List.of(A), TIME);
		this.discovery.down(true);
		try (ServiceDirectory directory = watching("orders")) {
			this.tasks.run();
			ServiceInstances kept = directory.instances("orders");
			assertThat(kept.known() && kept.fromDisk() && !kept.connected()).isTrue();
			assertThat(kept.instances()).containsExactly(A);
			assertThat(kept.savedAt()).isEqualTo(TIME);
			assertThat(directory.ready("orders").toCompletableFuture()).isCompleted();
			this.discovery.down(false);
			this.discovery.tell("orders", A);
			ServiceInstances real = directory.instances("orders");
			assertThat(real.instances()).containsExactly(A);
			assertThat(real.fromDisk()).isFalse();
			assertThat(real.connected()).isTrue();
		}
	}

	@Test
	@DisplayName("F3 a registry that does not answer is waited for, for a bounded time")
	void startsFromDiskWhenTheBackendDoesNotAnswer() {
		cache().save("orders", List.of(A), TIME);
		try (ServiceDirectory directory = watching("orders")) {
			this.tasks.pass(Duration.ofMillis(999));
			assertThat(directory.instances("orders").known()).isFalse();
			this.tasks.pass(Duration.ofMillis(2));
			assertThat(directory.instances("orders").fromDisk()).isTrue();
			this.discovery.tell("orders", B);
			assertThat(directory.instances("orders").instances()).as("whatever else it tells is believed")
				.containsExactly(B);
		}
	}

	@Test
	@DisplayName("F38 a registry that begins with nothing is asked again before those on disk are given up")
	void doesNotBelieveARegistryThatBeginsWithNothing() {
		cache().save("orders", List.of(B), TIME);
		this.discovery.down(true);
		try (ServiceDirectory directory = watching("orders")) {
			this.tasks.pass(Duration.ofSeconds(2));
			this.discovery.down(false);
			this.discovery.tell("orders");
			assertThat(directory.instances("orders").instances()).containsExactly(B);
			assertThat(directory.held()).isEqualTo(Map.of("orders", 1));
			this.tasks.pass(Duration.ofSeconds(5));
			this.discovery.tell("orders", B);
			assertThat(directory.held()).isEmpty();
			this.tasks.pass(Duration.ofMinutes(1));
			assertThat(directory.instances("orders").instances()).containsExactly(B);
		}
	}

	@Test
	@DisplayName("F38 so is one that could not be watched when the list on disk was read")
	void doesNotBelieveARegistryThatCouldNotBeWatchedAtFirst() {
		cache().save("orders", List.of(B), TIME);
		this.discovery.refusals = 1;
		try (ServiceDirectory directory = directory()) {
			directory.instances("orders");
			await().until(() -> this.discovery.refusals == 0);
			this.tasks.pass(Duration.ofSeconds(2));
			this.discovery.is("orders", List.of());
			await().until(() -> directory.instances("orders") != null && this.discovery.watches() == 1);
			assertThat(directory.held()).isEqualTo(Map.of("orders", 1));
			assertThat(directory.instances("orders").instances()).containsExactly(B);
		}
	}

	@Test
	@DisplayName("F38 a registry that still has nothing when it is asked again is believed")
	void believesARegistryThatStaysEmpty() {
		cache().save("orders", List.of(B), TIME);
		try (ServiceDirectory directory = watching("orders")) {
			this.tasks.pass(Duration.ofSeconds(2));
			this.discovery.tell("orders");
			assertThat(directory.instances("orders").instances()).containsExactly(B);
			this.tasks.pass(Duration.ofSeconds(15));
			assertThat(directory.instances("orders").instances()).isEmpty();
			assertThat(directory.held()).isEmpty();
		}
	}

	@Test
	void keepsWhatWasToldAndWritesChangesThatFollowEachOtherOnce() {
		try (ServiceDirectory directory = watching("orders")) {
			this.discovery.tell("orders", A);
			this.tasks.pass(Duration.ofMillis(500));
			this.discovery.tell("orders", A, B);
			assertThat(cache().path("orders")).doesNotExist();
			this.tasks.pass(Duration.ofMillis(501));
			assertThat(cache().load("orders").orElseThrow().instances()).containsExactly(A, B);
			this.discovery.tell("orders", B);
			assertThat(directory.instances("orders").instances()).containsExactly(B);
		}
		this.tasks.run();
		assertThat(cache().load("orders").orElseThrow().instances()).as("closing keeps the last").containsExactly(B);
	}

	@Test
	void writesNothingAnewThatIsFromDisk() {
		cache().save("orders", List.of(A), TIME);
		this.discovery.down(true);
		try (ServiceDirectory directory = watching("orders")) {
			this.tasks.pass(Duration.ofMinutes(1));
			assertThat(directory.instances("orders").fromDisk()).isTrue();
		}
		this.tasks.run();
		assertThat(cache().load("orders").orElseThrow().time()).isEqualTo(TIME);
	}

	private ServiceDirectory directory() {
		return ServiceDirectory.builder()
			.source("manual", this.discovery)
			.cache(cache())
			.tasks(this.tasks, new Random(1))
			.clock(this.tasks)
			.build();
	}

	private ServiceDirectory watching(String service) {
		ServiceDirectory directory = directory();
		directory.instances(service);
		await().until(() -> this.discovery.watches() == 1);
		return directory;
	}

}
