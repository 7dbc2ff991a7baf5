package io.governance.testkit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.governance.BackendUnavailableException;
import io.governance.backend.Backend;
import io.governance.backend.Capability;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What all contracts share: a namespace of its own for each test, backends that are
 * closed after it, and patience.
 */
@Timeout(180)
abstract class BackendContract {

	/** How long a change may take to arrive on a busy machine. */
	static final Duration PATIENCE = Duration.ofSeconds(30);

	private final Deque<AutoCloseable> opened = new ArrayDeque<>();

	private BackendFixture fixture;

	private Backend backend;

	private String namespace;

	/**
	 * The fixture of the backend that is tested; called once for each test.
	 * @return a new fixture
	 */
	protected abstract BackendFixture fixture();

	@BeforeEach
	final void openBackend() {
		this.fixture = closing(fixture());
		this.namespace = unique("contract");
		this.backend = open(this.namespace);
	}

	@AfterEach
	final void closeAll() throws Exception {
		while (!this.opened.isEmpty()) {
			this.opened.pop().close();
		}
	}

	/** The fixture of this test. */
	final BackendFixture given() {
		return this.fixture;
	}

	/** The backend of this test, for whatever needs no second one. */
	final Backend backend() {
		return this.backend;
	}

	/** The namespace that no other test uses. */
	final String namespace() {
		return this.namespace;
	}

	/** A further backend, as another process would have it. */
	final Backend open(String namespace) {
		return closing(this.fixture.open(this.fixture.address(), namespace));
	}

	/** A backend that is reached on a way that can be cut. */
	final Backend openThrough(FaultyConnection way) {
		return closing(this.fixture.open(way.address(), this.namespace));
	}

	/** A way to the server that can be cut. */
	final FaultyConnection connect() {
		return closing(this.fixture.connect());
	}

	final <T extends AutoCloseable> T closing(T closeable) {
		this.opened.push(closeable);
		return closeable;
	}

	final boolean can(Capability capability) {
		Set<Capability> capabilities = this.backend.capabilities();
		return capabilities.contains(capability);
	}

	/** Twice, and the second time does nothing. */
	static void assertClosesInTime(Backend backend) {
		long start = System.nanoTime();
		backend.close();
		backend.close();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).as("time to close").isLessThan(Duration.ofSeconds(5));
	}

	/** What cannot be asked never looks like what is not there, and is said in time. */
	final void assertUnavailable(ThrowingCallable call) {
		long start = System.nanoTime();
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(call)
			.satisfies((ex) -> assertThat(ex.backend()).as("the backend that the exception names")
				.isEqualTo(this.backend.name()));
		assertThat(Duration.ofNanos(System.nanoTime() - start)).as("every call has a deadline").isLessThan(PATIENCE);
	}

	/** The same for several calls at once: each of them may take its whole deadline. */
	final void assertUnavailable(List<ThrowingCallable> calls) {
		CompletableFuture
			.allOf(calls.stream()
				.map((call) -> CompletableFuture.runAsync(() -> assertUnavailable(call),
						(task) -> new Thread(task).start()))
				.toArray(CompletableFuture[]::new))
			.join();
	}

	/** What is not declared is refused in words. */
	static void assertRefused(ThrowingCallable call) {
		assertThatExceptionOfType(UnsupportedOperationException.class).isThrownBy(call)
			.satisfies((ex) -> assertThat(ex.getMessage()).as("a refusal says what cannot be done").isNotBlank());
	}

	static ConditionFactory await() {
		return Awaitility.await()
			.pollInSameThread()
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(5))
			.atMost(PATIENCE);
	}

	static void awaitLatch(CountDownLatch latch) {
		try {
			if (!latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
				throw new IllegalStateException("Nobody lets go");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	static String unique(String prefix) {
		return prefix + "-" + UUID.randomUUID().toString().substring(0, 8);
	}

}
