package io.governance.testkit;

import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

import io.governance.Subscription;

/**
 * How a watch was closed while its listener was told.
 *
 * @param waited whether the notification had ended
 * @param nanos the time that it took
 */
record Closing(boolean waited, long nanos) {

	/**
	 * Closes watches until one has waited, or none does.
	 * @param watch begins a watch whose listener does what it is given
	 */
	static Closing whileTold(Function<Runnable, Subscription> watch) {
		Closing closing = once(watch);
		for (int again = 0; again < 4 && closing.gaveUp(); again++) {
			closing = once(watch);
		}
		return closing;
	}

	private static Closing once(Function<Runnable, Subscription> begin) {
		CountDownLatch release = new CountDownLatch(1);
		CountDownLatch reached = new CountDownLatch(1);
		AtomicBoolean finished = new AtomicBoolean();
		Subscription watch = begin.apply(() -> {
			reached.countDown();
			BackendContract.awaitLatch(release);
			finished.set(true);
		});
		BackendContract.awaitLatch(reached);
		AtomicReference<Closing> closing = new AtomicReference<>();
		Thread closer = new Thread(() -> {
			long start = System.nanoTime();
			watch.close();
			closing.set(new Closing(finished.get(), System.nanoTime() - start));
		}, "closer");
		closer.start();
		BackendContract.await()
			.until(() -> closer.getState() != Thread.State.RUNNABLE && closer.getState() != Thread.State.NEW);
		release.countDown();
		BackendContract.await().until(() -> closer.getState() == Thread.State.TERMINATED);
		return Objects.requireNonNull(closing.get());
	}

	/** Nothing has to wait for longer than a second. */
	private boolean gaveUp() {
		return !this.waited && this.nanos >= TimeUnit.SECONDS.toNanos(1);
	}

}
