package io.governance.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

import javax.net.ssl.SSLContext;

import io.governance.BackendUnavailableException;
import io.governance.Subscription;
import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.backend.BackendFactory;
import io.governance.backend.Capability;
import io.governance.config.Author;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.registry.Instance;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@Timeout(60)
class LocalBackendTests {

	private static final DocumentId ID = new DocumentId("dev", "shop", "orders.yaml");

	private static final Instance INSTANCE = Instance.of("orders", "127.0.0.1", 8080).build();

	@TempDir
	Path directory;

	@BeforeEach
	void awaitTheEndOfOthers() {
		Awaitility.await().until(() -> ownThreads().isEmpty());
	}

	@Test
	void isFoundAndDoesNothingBeforeItsFirstUse() {
		BackendFactory factory = ServiceLoader.load(BackendFactory.class)
			.stream()
			.map(ServiceLoader.Provider::get)
			.filter((candidate) -> candidate.name().equals("local"))
			.findFirst()
			.orElseThrow();
		Path base = this.directory.resolve("fleet");
		try (Backend backend = factory.create(new Environment("dev", base))) {
			backend.config();
			backend.registry();
			backend.discovery();
			assertThat(base).doesNotExist();
			assertThat(backend.name()).isEqualTo("mine");
			assertThat(backend.capabilities()).containsExactlyInAnyOrder(Capability.ATOMIC_PUBLISH,
					Capability.CONDITIONAL_CREATE, Capability.CONDITIONAL_DELETE, Capability.EMPTY_DOCUMENTS,
					Capability.LIST, Capability.HISTORY, Capability.LOCK);
			assertThat(backend.config().get(Set.of(ID)).documents()).isEmpty();
			assertThat(base).isDirectory();
		}
	}

	@Test
	void namespaceThatIsNoNameIsRefused() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new LocalBackendFactory().create(new Environment("../x", this.directory)))
			.withMessageContaining("governance.namespace");
	}

	@Test
	void directoryThatCannotBeUsedIsUnavailableNamingDirectoryAndFix() throws Exception {
		Path file = Files.writeString(this.directory.resolve("file"), "not a directory");
		List<Path> unusable = List.of(file, file.resolve("below"), Path.of("/proc/governance"));
		for (Path base : unusable) {
			try (LocalBackend backend = open(base)) {
				assertUnavailable(base, () -> backend.config().get(Set.of(ID)));
				assertUnavailable(base, () -> backend.config().list("dev", "shop"));
				assertUnavailable(base, () -> backend.config().history(ID, 1));
				assertUnavailable(base,
						() -> backend.config().publish(List.of(Publication.put(ID, "a: 1")), Author.of("test")));
				assertUnavailable(base, () -> backend.registry().put("orders", List.of(INSTANCE)));
				assertUnavailable(base, () -> backend.registry().remove("orders", "any"));
				assertUnavailable(base, () -> backend.registry().observe("orders"));
				assertUnavailable(base, () -> backend.discovery().services());
			}
		}
	}

	private static void assertUnavailable(Path base, ThrowingCallable call) {
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(call)
			.withMessageContaining(base.toString())
			.withMessageContaining("governance.local.directory")
			.satisfies((ex) -> assertThat(ex.backend()).isEqualTo("local"));
	}

	@Test
	@DisplayName("F37 Closing ends everything within its time and leaves no thread, also while a listener blocks")
	void closeLeavesNoThread() throws Exception {
		Set<Thread> before = Thread.getAllStackTraces().keySet();
		LocalBackend backend = open(this.directory);
		CountDownLatch blocked = new CountDownLatch(2);
		backend.registry().put("orders", List.of(INSTANCE));
		Subscription watch = backend.config().watch(Set.of(ID), (documents) -> block(blocked));
		backend.discovery().watch("orders", (instances) -> block(blocked));
		blocked.await();
		assertThat(ownThreads()).isNotEmpty().allMatch(Thread::isDaemon);
		long start = System.nanoTime();
		backend.close();
		backend.close();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
		watch.close();
		backend.config().close();
		backend.discovery().close();
		Awaitility.await().untilAsserted(() -> {
			assertThat(ownThreads()).isEmpty();
			assertThat(Thread.getAllStackTraces().keySet()).filteredOn((thread) -> !before.contains(thread))
				.filteredOn((thread) -> thread.getName().contains("Watch"))
				.isEmpty();
		});
	}

	@Test
	void closingWhatWasNeverUsedDoesNothing() {
		LocalBackend backend = open(this.directory.resolve("fleet"));
		backend.config().close();
		backend.discovery().close();
		backend.registry().close();
		backend.close();
		assertThat(ownThreads()).isEmpty();
		assertThat(this.directory).isEmptyDirectory();
	}

	private static List<Thread> ownThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("governance-local-"))
			.toList();
	}

	private static void block(CountDownLatch reached) {
		reached.countDown();
		try {
			new CountDownLatch(1).await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private static LocalBackend open(Path base) {
		return new LocalBackend("local", "dev", new LocalSettings(base.toString(), null, null, null),
				InstantSource.system(), true);
	}

	/** What a process tells its backend. */
	private record Environment(String namespace, Path base) implements BackendEnvironment {

		@Override
		public String name() {
			return "mine";
		}

		@Override
		public <T> T settings(Class<T> type) {
			return type.cast(new LocalSettings(this.base.toString(), null, null, null));
		}

		@Override
		public SSLContext sslContext(String bundle) {
			throw new IllegalArgumentException(bundle);
		}

	}

}
