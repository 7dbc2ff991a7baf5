package io.governance.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.Subscription;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.registry.Registry;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Timeout(60)
class LocalRegistryTests {

	private static final Duration SHORT_LEASE = Duration.ofSeconds(1);

	private static final Duration LONGER_THAN_LEASE = LocalBackends.LEASE.plusSeconds(1);

	private static final Instance FIRST = Instance.of("orders", "10.0.0.1", 8080)
		.zone("east")
		.version("1.4.0")
		.lane("gray")
		.weight(50)
		.secure(true)
		.metadata(Map.of("colour", "blue"))
		.build();

	private static final Instance SECOND = Instance.of("orders", "10.0.0.2", 8080).build();

	@RegisterExtension
	final LocalBackends backends = new LocalBackends();

	@TempDir
	Path directory;

	private final RecordingInstancesListener listener = new RecordingInstancesListener();

	private LocalBackend owner;

	private LocalBackend caller;

	@BeforeEach
	void openBackends() {
		this.owner = this.backends.open(this.directory);
		this.caller = this.backends.open(this.directory);
	}

	@Test
	void puttingTheSameAgainWritesNothing() throws Exception {
		this.owner.registry().put("orders", List.of(FIRST));
		Object key = Fingerprint.of(file(FIRST)).key();
		this.owner.registry().put("orders", List.of(FIRST));
		assertThat(Fingerprint.of(file(FIRST)).key()).isEqualTo(key);
	}

	@Test
	@DisplayName("F31 An instance stays listed as long as its process lives, and renewals tell nobody")
	void leaseIsRenewedSilently() throws Exception {
		this.owner.registry().put("orders", List.of(FIRST));
		watch();
		await().until(() -> this.listener.shows(FIRST.id()));
		FileTime put = Files.getLastModifiedTime(file(FIRST));
		await().until(() -> since(put).compareTo(LONGER_THAN_LEASE) > 0);
		assertThat(this.listener.deliveries).hasSize(1);
		assertThat(this.caller.discovery().services()).containsExactly("orders");
	}

	private Duration since(FileTime time) throws Exception {
		return Duration.between(time.toInstant(), Files.getLastModifiedTime(file(FIRST)).toInstant());
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void instanceWhoseProcessIsNotHeardOfIsGoneAfterItsLease(boolean events) {
		LocalBackend owner = openWithShortLease();
		owner.registry().put("orders", List.of(FIRST));
		LocalBackend caller = this.backends.open(this.directory, Duration.ofMinutes(1), Duration.ofMillis(200), events);
		caller.discovery().watch("orders", this.listener);
		await().until(() -> this.listener.shows(FIRST.id()));
		owner.close();
		await().atMost(Duration.ofSeconds(10)).until(() -> this.listener.shows());
		await().until(() -> caller.discovery().services().isEmpty());
		assertThat(file(FIRST)).exists();
	}

	private LocalBackend openWithShortLease() {
		return this.backends.open(this.directory, SHORT_LEASE, Duration.ofSeconds(1), true);
	}

	@Test
	void leaseIsRenewedAgainAfterAnError() throws Exception {
		AtomicBoolean failing = new AtomicBoolean();
		CountDownLatch failures = new CountDownLatch(1);
		InstantSource clock = () -> {
			if (failing.get() && Thread.currentThread().getName().startsWith("governance-local-leases")) {
				failures.countDown();
				throw new NoClassDefFoundError("on purpose");
			}
			return Instant.now();
		};
		LocalSettings settings = new LocalSettings(this.directory.toString(), SHORT_LEASE, Duration.ofSeconds(1), null);
		try (LocalBackend owner = new LocalBackend("local", "dev", settings, clock, true)) {
			owner.registry().put("orders", List.of(FIRST));
			failing.set(true);
			assertThat(failures.await(10, TimeUnit.SECONDS)).isTrue();
			failing.set(false);
			FileTime before = Files.getLastModifiedTime(file(FIRST));
			await().until(() -> since(before).compareTo(Duration.ZERO) > 0);
		}
	}

	@Test
	void instanceThatWasGoneWhenTheWatchBeganIsNotTold() throws Exception {
		this.owner.registry().put("orders", List.of(FIRST));
		this.owner.close();
		Files.setLastModifiedTime(file(FIRST), FileTime.from(Instant.now().minus(LONGER_THAN_LEASE)));
		watch();
		await().until(() -> this.listener.shows());
		assertThat(this.listener.deliveries).hasSize(1);
	}

	@Test
	void deadInstanceIsGoneAlsoIfTheClockWasSetBack() throws Exception {
		LocalBackend owner = openWithShortLease();
		owner.registry().put("orders", List.of(FIRST));
		owner.close();
		Files.setLastModifiedTime(file(FIRST), FileTime.from(Instant.now().plusSeconds(3600)));
		watch();
		await().until(() -> this.listener.deliveries.contains(List.of(FIRST)));
		await().atMost(Duration.ofSeconds(15)).until(() -> this.listener.shows());
	}

	@Test
	void livingInstanceStaysAlsoIfTheClockOfItsWatcherIsAhead() throws Exception {
		this.owner.registry().put("orders", List.of(FIRST));
		Instant[] offset = { Instant.EPOCH };
		InstantSource clock = () -> Instant.now().plusMillis(offset[0].toEpochMilli());
		LocalSettings settings = new LocalSettings(this.directory.toString(), null, Duration.ofSeconds(1), null);
		try (LocalBackend ahead = new LocalBackend("local", "dev", settings, clock, true)) {
			ahead.discovery().watch("orders", this.listener);
			await().until(() -> this.listener.shows(FIRST.id()));
			offset[0] = Instant.ofEpochSecond(3600);
			FileTime put = Files.getLastModifiedTime(file(FIRST));
			await().until(() -> since(put).compareTo(LONGER_THAN_LEASE) > 0);
			assertThat(this.listener.deliveries).hasSize(1);
		}
	}

	@Test
	void deletedFileIsObservedAndRepairedByPut() throws Exception {
		this.owner.registry().put("orders", List.of(FIRST));
		watch();
		await().until(() -> this.listener.shows(FIRST.id()));
		Files.delete(file(FIRST));
		await().until(() -> this.listener.shows());
		assertThat(this.owner.registry().observe("orders")).isEmpty();
		this.owner.registry().put("orders", List.of(FIRST));
		await().until(() -> this.listener.shows(FIRST.id()));
		assertThat(this.owner.registry().observe("orders")).containsExactly(FIRST);
	}

	@Test
	void changedFileIsObservedAndRepairedByPut() throws Exception {
		this.owner.registry().put("orders", List.of(FIRST));
		String json = Files.readString(file(FIRST)).replace("\"UP\"", "\"OUT_OF_SERVICE\"");
		Files.writeString(file(FIRST), json);
		assertThat(this.owner.registry().observe("orders"))
			.containsExactly(FIRST.withStatus(InstanceStatus.OUT_OF_SERVICE));
		this.owner.registry().put("orders", List.of(FIRST));
		assertThat(this.owner.registry().observe("orders")).containsExactly(FIRST);
	}

	@Test
	void instanceThatAnotherProcessHasTakenOverIsLeftToIt() throws Exception {
		this.owner.registry().put("orders", List.of(FIRST));
		this.caller.registry().put("orders", List.of(FIRST));
		this.owner.registry().remove("orders", FIRST.id());
		assertThat(this.caller.registry().observe("orders")).containsExactly(FIRST);
	}

	@Test
	@DisplayName("What anybody wrote into the directory is left out and breaks nothing")
	void invalidFilesAreLeftOut() throws Exception {
		this.owner.registry().put("orders", List.of(FIRST));
		Path home = file(FIRST).getParent();
		String valid = Files.readString(file(FIRST));
		Files.writeString(home.resolve("broken.json"), "{");
		Files.writeString(home.resolve("empty.json"), "");
		Files.writeString(home.resolve("list.json"), "[1]");
		Files.writeString(home.resolve("other.json"), valid);
		Files.writeString(home.resolve("port.json"), valid.replace("8080", "99999").replace(FIRST.id(), "port"));
		Files.writeString(home.resolve("lease.json"),
				valid.replace("\"leaseMillis\":" + LocalBackends.LEASE.toMillis(), "\"leaseMillis\":99999999")
					.replace(FIRST.id(), "lease"));
		Files.writeString(home.resolve("large.json"), " ".repeat(70_000) + valid.replace(FIRST.id(), "large"));
		Files.writeString(home.resolve("notes.txt"), "hello");
		Files.createDirectory(home.resolve("directory.json"));
		Files.createSymbolicLink(home.resolve("link.json"), file(FIRST));
		watch();
		await().until(() -> this.listener.shows(FIRST.id()));
		this.owner.registry().put("orders", List.of(SECOND));
		await().until(() -> this.listener.shows(FIRST.id(), SECOND.id()));
		assertThat(this.caller.discovery().services()).containsExactly("orders");
	}

	@Test
	@DisplayName("F39 A directory that vanishes is a lost connection and not an empty list")
	void vanishedDirectoryIsALostConnection() throws Exception {
		Path base = this.directory.resolve("fleet");
		LocalBackend owner = this.backends.open(base);
		owner.registry().put("orders", List.of(FIRST));
		LocalBackend caller = this.backends.open(base);
		caller.discovery().watch("orders", this.listener);
		await().until(() -> this.listener.shows(FIRST.id()));
		Path away = this.directory.resolve("away");
		Files.move(base, away);
		await().until(() -> this.listener.connections.equals(List.of(ConnectionState.DISCONNECTED)));
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(() -> caller.discovery().services());
		assertThatExceptionOfType(BackendUnavailableException.class)
			.isThrownBy(() -> owner.registry().observe("orders"));
		assertThat(this.listener.deliveries).hasSize(1);
		Files.move(away, base);
		await().until(() -> this.listener.connections.size() == 2);
		await().until(() -> this.listener.shows(FIRST.id()));
	}

	@Test
	void closedRegistryTakesNothing() {
		Registry registry = this.owner.registry();
		registry.close();
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> registry.put("orders", List.of(FIRST)));
	}

	@Test
	void noReaderSeesHalfAFile() {
		watch();
		for (int i = 0; i < 300; i++) {
			this.owner.registry().put("orders", List.of(FIRST.toBuilder().weight(i).build()));
		}
		await().until(() -> !this.listener.deliveries.isEmpty() && this.listener.shows(FIRST.id())
				&& this.listener.deliveries.get(this.listener.deliveries.size() - 1).get(0).weight() == 299);
		assertThat(this.listener.deliveries.stream().filter(Set.of(List.of())::contains)).hasSizeLessThanOrEqualTo(1);
	}

	private Subscription watch() {
		return this.caller.discovery().watch("orders", this.listener);
	}

	private Path file(Instance instance) {
		return this.directory.resolve("services/dev/orders").resolve(InstanceFile.nameOf(instance.id()));
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(5));
	}

}
