package io.governance.config;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows which change is being applied and who has it in hand. Nothing is applied before
 * that one returns, so it says once who it is when that takes long. Written by one thread
 * at a time, read by any.
 */
final class ChangeProgress {

	private static final Logger logger = LoggerFactory.getLogger(ConfigManager.class);

	private final InstantSource clock;

	private final Duration patience;

	private volatile @Nullable PendingChange pending;

	/**
	 * Creates it.
	 * @param clock tells since when a change is being applied
	 * @param patience how long a change may take before it is told
	 */
	ChangeProgress(InstantSource clock, Duration patience) {
		this.clock = clock;
		this.patience = patience;
	}

	@Nullable PendingChange pending() {
		return this.pending;
	}

	/**
	 * Applies a change.
	 * @param change applies it, and tells each {@link #step(String) step}
	 * @throws Exception what it throws
	 */
	void during(Change change) throws Exception {
		Instant since = this.clock.instant();
		this.pending = new PendingChange(since, "views of the config");
		// On the JDK's own thread for delays: none of ours would do anything else.
		CompletableFuture<Void> over = new CompletableFuture<Void>().orTimeout(this.patience.toNanos(),
				TimeUnit.NANOSECONDS);
		over.whenComplete((nothing, late) -> {
			if (late != null) {
				tell();
			}
		});
		try {
			change.apply();
		}
		finally {
			over.complete(null);
			this.pending = null;
		}
	}

	private void tell() {
		PendingChange now = this.pending;
		if (now != null) {
			logger.warn("A change of the config takes long: {} has it since {}, and nothing else is applied before. "
					+ "A thread dump shows what it waits for", now.step(), now.since());
		}
	}

	/**
	 * Tells who has the change from now on.
	 * @param who who has it
	 */
	void step(String who) {
		this.pending = new PendingChange(this.clock.instant(), who);
	}

	/** How a change is applied. */
	@FunctionalInterface
	interface Change {

		void apply() throws Exception;

	}

}
