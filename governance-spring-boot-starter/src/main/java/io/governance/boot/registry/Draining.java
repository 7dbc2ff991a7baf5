package io.governance.boot.registry;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time between telling that this instance leaves and removing it: at least the
 * minimum, and until no call has come for the quiet period, but no longer than the
 * timeout.
 */
final class Draining {

	private static final Logger logger = LoggerFactory.getLogger(Draining.class);

	private final GovernanceRegistryProperties.Drain settings;

	private final Duration timeout;

	private final InboundCalls calls;

	private final LongSupplier nanoTime;

	private Draining(GovernanceRegistryProperties.Drain settings, Duration timeout, InboundCalls calls,
			LongSupplier nanoTime) {
		this.settings = settings;
		this.timeout = timeout;
		this.calls = calls;
		this.nanoTime = nanoTime;
	}

	/**
	 * Creates the waiting.
	 * @param settings how long to wait
	 * @param most what there is time for at most, whatever the settings say
	 * @param calls the calls that still come
	 * @param nanoTime the time, as {@link System#nanoTime()}
	 * @return the waiting
	 */
	static Draining of(GovernanceRegistryProperties.Drain settings, Duration most, InboundCalls calls,
			LongSupplier nanoTime) {
		Duration timeout = settings.timeout();
		if (timeout.compareTo(most) > 0) {
			timeout = most.isNegative() ? Duration.ZERO : most;
			logger.warn(
					"governance.registry.drain.timeout ({}) does not fit into spring.lifecycle.timeout-per-shutdown-phase"
							+ " with governance.registry.removal-timeout: {} are used; raise the first or lower the last",
					settings.timeout(), timeout);
		}
		return new Draining(settings, timeout, calls, nanoTime);
	}

	/**
	 * Waits until nobody calls any more.
	 * @return {@code false} if calls came until the end
	 */
	boolean await() throws InterruptedException {
		long start = this.nanoTime.getAsLong();
		long left = nanosLeft(0);
		while (left > 0) {
			TimeUnit.NANOSECONDS.sleep(left);
			left = nanosLeft(this.nanoTime.getAsLong() - start);
		}
		return this.calls.quietNanos() >= this.settings.quietPeriod().toNanos();
	}

	/**
	 * How long to wait before looking again.
	 * @param elapsed how long it has drained, in nanoseconds
	 * @return nanoseconds; 0 or less if it is over
	 */
	long nanosLeft(long elapsed) {
		long quiet = this.settings.quietPeriod().toNanos() - this.calls.quietNanos();
		long wait = Math.max(this.settings.minTime().toNanos() - elapsed, quiet);
		return Math.min(wait, this.timeout.toNanos() - elapsed);
	}

}
