package io.governance.testkit;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.governance.BackendUnavailableException;
import io.governance.backend.Backend;
import io.governance.backend.Capability;
import io.governance.lock.DistributedLock;
import io.governance.lock.HeldLock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What every {@link DistributedLock} has to do. A backend that declares no locks has to
 * refuse them.
 */
public abstract class DistributedLockContract extends BackendContract {

	private static final Duration ONCE = Duration.ZERO;

	private String name;

	@BeforeEach
	final void nameLock() {
		this.name = unique("lock");
	}

	@Test
	@DisplayName("A lock is held by one at a time, also within one process")
	void lockIsHeldByOneAtATime() throws Exception {
		if (isRefused()) {
			return;
		}
		DistributedLock other = open(namespace()).lock();
		assertThat(lock()).as("the same object each time").isSameAs(lock());
		HeldLock held = take(lock());
		assertThat(held.isHeld()).isTrue();
		assertThat(held.name()).isEqualTo(this.name);
		assertThat(other.acquire(this.name, ONCE)).isEmpty();
		assertThat(lock().acquire(this.name, ONCE)).isEmpty();
		held.close();
		assertThat(held.isHeld()).isFalse();
		HeldLock next = take(other);
		assertThat(lock().acquire(this.name, ONCE)).isEmpty();
		held.close();
		assertThat(next.isHeld()).as("closing twice frees nobody else's lock").isTrue();
		assertThat(lock().acquire(this.name, ONCE)).isEmpty();
		next.close();
		take(lock()).close();
	}

	@Test
	@DisplayName("F45 The fencing token of every holder is larger than that of the one before")
	void fencingTokensGrow() throws Exception {
		if (isRefused()) {
			return;
		}
		List<DistributedLock> locks = List.of(lock(), open(namespace()).lock());
		List<Long> tokens = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			HeldLock held = take(locks.get(i % 2));
			tokens.add(held.fencingToken());
			assertThat(held.fencingToken()).as("the token of a holder stays").isEqualTo(tokens.get(i));
			held.close();
		}
		assertThat(tokens).allMatch((token) -> token > 0).isSorted().doesNotHaveDuplicates();
	}

	@Test
	void whoWaitsGetsTheLockWhenItIsFree() throws Exception {
		if (isRefused()) {
			return;
		}
		DistributedLock other = open(namespace()).lock();
		HeldLock held = take(lock());
		try (Threads threads = new Threads()) {
			Future<HeldLock> waiting = threads.submit(() -> other.acquire(this.name, PATIENCE).orElseThrow());
			await().during(Duration.ofMillis(300)).until(() -> !waiting.isDone());
			held.close();
			try (HeldLock next = waiting.get(10, TimeUnit.SECONDS)) {
				assertThat(next.isHeld()).isTrue();
				assertThat(next.fencingToken()).isGreaterThan(held.fencingToken());
			}
		}
	}

	@Test
	@DisplayName("Who waits for ever waits until the lock is free, or the own backend is closed")
	void patienceMayBeEndless() throws Exception {
		if (isRefused()) {
			return;
		}
		Duration forever = ChronoUnit.FOREVER.getDuration();
		DistributedLock other = open(namespace()).lock();
		Backend closed = open(namespace());
		HeldLock held = take(lock());
		try (Threads threads = new Threads()) {
			Future<?> given = threads.submit(() -> closed.lock().acquire(this.name, forever));
			await().during(Duration.ofMillis(300)).until(() -> !given.isDone());
			closed.close();
			assertThat(given).failsWithin(Duration.ofSeconds(10))
				.withThrowableThat()
				.withCauseInstanceOf(IllegalStateException.class);
			Future<HeldLock> waiting = threads.submit(() -> other.acquire(this.name, forever).orElseThrow());
			await().during(Duration.ofMillis(300)).until(() -> !waiting.isDone());
			held.close();
			waiting.get(10, TimeUnit.SECONDS).close();
		}
	}

	@Test
	void patienceEnds() throws Exception {
		if (isRefused()) {
			return;
		}
		DistributedLock other = open(namespace()).lock();
		HeldLock held = take(lock());
		long start = System.nanoTime();
		assertThat(other.acquire(this.name, Duration.ofMillis(500))).isEmpty();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(490),
				Duration.ofSeconds(6));
		assertThat(held.isHeld()).isTrue();
	}

	@Test
	void whoIsInterruptedWhileWaitingHoldsNothing() throws Exception {
		if (isRefused()) {
			return;
		}
		DistributedLock other = open(namespace()).lock();
		HeldLock held = take(lock());
		CompletableFuture<String> ended = new CompletableFuture<>();
		Thread waiting = new Thread(() -> {
			try {
				ended.complete("got " + other.acquire(this.name, PATIENCE));
			}
			catch (InterruptedException ex) {
				ended.complete("interrupted");
			}
		}, "waiting");
		waiting.start();
		await().during(Duration.ofMillis(200)).until(() -> !ended.isDone());
		waiting.interrupt();
		assertThat(ended.get(10, TimeUnit.SECONDS)).isEqualTo("interrupted");
		held.close();
		take(lock()).close();
	}

	@Test
	void whoIsInterruptedAlreadyHoldsNothing() throws Exception {
		if (isRefused()) {
			return;
		}
		lock();
		for (Duration patience : List.of(ONCE, PATIENCE)) {
			Thread.currentThread().interrupt();
			assertThatExceptionOfType(InterruptedException.class).isThrownBy(() -> lock().acquire(this.name, patience));
			assertThat(Thread.interrupted()).isFalse();
		}
		take(lock()).close();
	}

	@Test
	void namesAndNamespacesDoNotExcludeEachOther() throws Exception {
		if (isRefused()) {
			return;
		}
		DistributedLock elsewhere = open(namespace() + "2").lock();
		HeldLock held = take(lock());
		try (HeldLock sameName = take(elsewhere);
				HeldLock longer = lock().acquire(this.name + "2", ONCE).orElseThrow();
				HeldLock odd = lock().acquire("_a.b:c@d-e", ONCE).orElseThrow();
				HeldLock longest = lock().acquire("n".repeat(200), ONCE).orElseThrow()) {
			assertThat(List.of(held, sameName, longer, odd, longest)).allMatch(HeldLock::isHeld);
		}
		assertThat(held.isHeld()).isTrue();
		for (String wrong : List.of("", "a/b", "../a", " a", "-a", "n".repeat(201), "a\nb")) {
			assertThatIllegalArgumentException().isThrownBy(() -> lock().acquire(wrong, ONCE));
		}
	}

	@Test
	@DisplayName("Many threads of two processes are never inside together, and all have their turn")
	void contendersAreNeverInsideTogether() throws Exception {
		if (isRefused()) {
			return;
		}
		AtomicInteger inside = new AtomicInteger();
		List<Long> tokens = Collections.synchronizedList(new ArrayList<>());
		List<Callable<Integer>> contenders = new ArrayList<>();
		for (DistributedLock lock : List.of(lock(), open(namespace()).lock())) {
			for (int thread = 0; thread < 2; thread++) {
				contenders.add(() -> {
					int most = 0;
					for (int i = 0; i < 10; i++) {
						try (HeldLock held = lock.acquire(this.name, PATIENCE).orElseThrow()) {
							most = Math.max(most, inside.incrementAndGet());
							tokens.add(held.fencingToken());
							inside.decrementAndGet();
						}
					}
					return most;
				});
			}
		}
		try (Threads threads = new Threads()) {
			for (Future<Integer> most : threads.invokeAll(contenders)) {
				assertThat(most.get()).isEqualTo(1);
			}
		}
		assertThat(tokens).hasSize(40).isSorted().doesNotHaveDuplicates();
	}

	@Test
	@DisplayName("F46 A lock is renewed for as long as its holder lives")
	void lockIsRenewed() throws Exception {
		if (isRefused()) {
			return;
		}
		DistributedLock other = open(namespace()).lock();
		HeldLock held = take(lock());
		AtomicInteger lost = new AtomicInteger();
		held.onLost(lost::incrementAndGet);
		assertThat(other.acquire(this.name, given().lockLease())).isEmpty();
		assertThat(held.isHeld()).isTrue();
		held.close();
		assertThat(lost).as("giving a lock back is no loss").hasValue(0);
	}

	@Test
	@DisplayName("A process holds a lock against others; its crash frees it")
	void crashOfTheHolderFreesTheLock() throws Exception {
		if (isRefused()) {
			return;
		}
		OtherProcess holder = closing(OtherProcess.locking(given(), namespace(), this.name));
		long token = Long.parseLong(holder.awaitReady());
		assertThat(lock().acquire(this.name, ONCE)).isEmpty();
		holder.kill();
		HeldLock held = lock().acquire(this.name, given().lockLease()).orElseThrow();
		assertThat(held.fencingToken()).isGreaterThan(token);
	}

	@ParameterizedTest
	@EnumSource(Fault.class)
	@DisplayName("F45 A holder that is cut off, or whose calls hang, knows that it has lost the lock before somebody else gets it")
	void holderThatIsCutOffLosesTheLockBeforeSomebodyElseGetsIt(Fault fault) throws Exception {
		if (isRefused()) {
			return;
		}
		FaultyConnection way = connect();
		HeldLock held = take(openThrough(way).lock());
		AtomicInteger lost = new AtomicInteger();
		held.onLost(lost::incrementAndGet);
		fault.happenTo(way);
		Optional<HeldLock> next = lock().acquire(this.name, given().lockLease());
		boolean stillHeld = held.isHeld();
		if (!given().lockHangsOnConnection()) {
			assertThat(next).isEmpty();
			assertThat(stillHeld).isTrue();
			return;
		}
		assertThat(next).isPresent();
		assertThat(stillHeld).isFalse();
		await().until(() -> lost.get() == 1);
		assertThat(next.get().fencingToken()).isGreaterThan(held.fencingToken());
		AtomicInteger late = new AtomicInteger();
		held.onLost(late::incrementAndGet);
		await().until(() -> late.get() == 1);
		way.restore();
		held.close();
		assertThat(held.isHeld()).as("what is lost stays lost").isFalse();
		assertThat(next.get().isHeld()).isTrue();
		assertThat(open(namespace()).lock().acquire(this.name, ONCE)).isEmpty();
		assertThat(lost).hasValue(1);
	}

	@Test
	void backendThatCannotBeReachedIsSaidSo() {
		if (isRefused()) {
			return;
		}
		FaultyConnection way = connect();
		way.cut();
		DistributedLock remote = openThrough(way).lock();
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(() -> remote.acquire(this.name, ONCE));
		way.restore();
		await().ignoreException(BackendUnavailableException.class)
			.until(() -> remote.acquire(this.name, ONCE).isPresent());
	}

	@Test
	@DisplayName("A backend that cannot be reached is asked again until the patience is over")
	void whoWaitsOutlastsAFault() throws Exception {
		if (isRefused()) {
			return;
		}
		FaultyConnection way = connect();
		DistributedLock remote = openThrough(way).lock();
		way.cut();
		try (Threads threads = new Threads()) {
			Future<Optional<HeldLock>> waiting = threads.submit(() -> remote.acquire(this.name, PATIENCE));
			await().during(Duration.ofMillis(300)).until(() -> !waiting.isDone());
			way.restore();
			assertThat(waiting.get(PATIENCE.toSeconds() + 10, TimeUnit.SECONDS)).isPresent();
		}
	}

	@Test
	@DisplayName("F37 Closing a backend gives its locks back, and ends within 5 seconds also while it is cut off or hangs")
	void closedBackendHoldsNothing() throws Exception {
		if (isRefused()) {
			return;
		}
		Backend first = open(namespace());
		HeldLock held = take(first.lock());
		first.close();
		assertThat(held.isHeld()).isFalse();
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> first.lock().acquire(this.name, ONCE));
		take(lock()).close();
		for (Fault fault : Fault.values()) {
			FaultyConnection way = connect();
			Backend remote = openThrough(way);
			HeldLock cutOff = remote.lock().acquire(unique("lock"), PATIENCE).orElseThrow();
			fault.happenTo(way);
			assertClosesInTime(remote);
			assertThat(cutOff.isHeld()).isFalse();
		}
	}

	@ParameterizedTest
	@EnumSource(Fault.class)
	@DisplayName("A lock is given back in time and without an exception while the backend is cut off or hangs")
	void lockIsGivenBackWhileTheBackendDoesNotAnswer(Fault fault) throws Exception {
		if (isRefused()) {
			return;
		}
		FaultyConnection way = connect();
		HeldLock held = take(openThrough(way).lock());
		AtomicInteger lost = new AtomicInteger();
		held.onLost(lost::incrementAndGet);
		fault.happenTo(way);
		long start = System.nanoTime();
		held.close();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).as("giving back has a deadline").isLessThan(PATIENCE);
		assertThat(held.isHeld()).isFalse();
		assertThat(lost).as("giving a lock back is no loss").hasValue(0);
	}

	private boolean isRefused() {
		if (can(Capability.LOCK)) {
			return false;
		}
		assertRefused(() -> backend().lock());
		return true;
	}

	private DistributedLock lock() {
		return backend().lock();
	}

	private HeldLock take(DistributedLock lock) throws InterruptedException {
		return lock.acquire(this.name, Duration.ofSeconds(5)).orElseThrow();
	}

}
