package io.governance.local;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.governance.lock.HeldLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

@Timeout(60)
class LocalLockTests {

	@RegisterExtension
	final LocalBackends backends = new LocalBackends();

	@TempDir
	Path directory;

	@Test
	void lockWhoseFileIsRemovedIsLostAndTheNextHolderHasALargerToken() throws Exception {
		HeldLock lock = acquire(this.backends.open(this.directory)).orElseThrow();
		CountDownLatch lost = new CountDownLatch(1);
		lock.onLost(lost::countDown);
		assertThat(lock.isHeld()).isTrue();
		Files.delete(this.directory.resolve("locks/dev/job"));
		assertThat(lost.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(lock.isHeld()).isFalse();
		HeldLock next = acquire(this.backends.open(this.directory)).orElseThrow();
		assertThat(next.fencingToken()).isGreaterThan(lock.fencingToken());
		lock.close();
		assertThat(next.isHeld()).isTrue();
		assertThat(acquire(this.backends.open(this.directory))).isEmpty();
	}

	@Test
	void lossIsToldWhileSomebodyIsBusyWithThatOfAnotherLock() throws Exception {
		LocalBackend backend = this.backends.open(this.directory);
		HeldLock busy = backend.lock().acquire("busy", Duration.ZERO).orElseThrow();
		HeldLock other = backend.lock().acquire("other", Duration.ZERO).orElseThrow();
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch told = new CountDownLatch(1);
		busy.onLost(() -> {
			begun.countDown();
			awaitForLong(told);
		});
		other.onLost(told::countDown);
		Files.delete(this.directory.resolve("locks/dev/busy"));
		assertThat(begun.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(busy.isHeld()).isFalse();
		Files.delete(this.directory.resolve("locks/dev/other"));
		assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
		assertThat(other.isHeld()).isFalse();
	}

	private static void awaitForLong(CountDownLatch latch) {
		try {
			latch.await(1, TimeUnit.MINUTES);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Test
	void lockIsAFileThatKeepsTheLastToken() throws Exception {
		long first;
		try (HeldLock lock = acquire(this.backends.open(this.directory)).orElseThrow()) {
			first = lock.fencingToken();
		}
		assertThat(this.directory.resolve("locks/dev/job")).hasSize(Long.BYTES);
		try (HeldLock lock = acquire(this.backends.open(this.directory)).orElseThrow()) {
			assertThat(lock.fencingToken()).isGreaterThan(first);
		}
	}

	private static Optional<HeldLock> acquire(LocalBackend backend) throws InterruptedException {
		return backend.lock().acquire("job", Duration.ZERO);
	}

}
