package io.governance.boot.gray;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.DisposableBean;

import io.governance.DaemonThreads;
import io.governance.config.ConfigDocument;
import io.governance.gray.Exposure;
import io.governance.gray.ExposureListener;
import io.governance.gray.GrayContext;
import io.governance.gray.PercentageStrategy;
import io.governance.gray.Share;
import io.governance.gray.ShareHash;
import io.governance.gray.Subject;

/**
 * Passes exposures on to listeners: of the users in the sample, by a thread of its own,
 * so that no request waits for a listener. What comes faster than listeners take it is
 * dropped and counted. Thread-safe.
 */
final class Exposures implements DisposableBean {

	private static final int WAITING = 4096;

	/** How long the end of the application waits for listeners. */
	private static final Duration CLOSING = Duration.ofSeconds(2);

	private static final int HASH_LENGTH = 32;

	private static final Logger logger = LoggerFactory.getLogger(Exposures.class);

	private final List<ExposureListener> listeners;

	private final GovernanceGrayExposureProperties properties;

	private final PercentageStrategy sample;

	private final ThreadPoolExecutor executor;

	private final LongAdder dropped = new LongAdder();

	/** The listeners whose failure was told. */
	private final boolean[] failed;

	Exposures(List<ExposureListener> listeners, GovernanceGrayExposureProperties properties) {
		properties.check();
		this.listeners = List.copyOf(listeners);
		this.properties = properties;
		this.sample = new PercentageStrategy(Share.of((int) Math.round(properties.sample() * PercentageStrategy.ALL)),
				Subject.USER, ShareHash.MURMUR3, "exposure");
		this.failed = new boolean[listeners.size()];
		this.executor = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING),
				new DaemonThreads("governance-exposures"), (task, executor) -> this.dropped.increment());
		this.executor.allowCoreThreadTimeOut(true);
	}

	/** A variant was shown. */
	void shown(Exposure exposure) {
		if (!this.listeners.isEmpty() && isSampled(exposure.user())) {
			this.executor.execute(() -> tell(exposure));
		}
	}

	private boolean isSampled(@Nullable String user) {
		return this.properties.sample() == 1 || this.sample.matches(GrayContext.ofUser(user));
	}

	private void tell(Exposure exposure) {
		Exposure told = new Exposure(exposure.experiment(), exposure.variant(), shown(exposure.user()),
				exposure.time());
		for (int i = 0; i < this.failed.length; i++) {
			try {
				this.listeners.get(i).onExposure(told);
			}
			catch (RuntimeException ex) {
				if (!this.failed[i]) {
					this.failed[i] = true;
					logger.warn("{} failed and may miss exposures (told once)", this.listeners.get(i).getClass(), ex);
				}
			}
		}
	}

	private @Nullable String shown(@Nullable String user) {
		if (user == null || !this.properties.hashUsers()) {
			return user;
		}
		byte[] salted = (this.properties.salt() + ":" + user).getBytes(StandardCharsets.UTF_8);
		return ConfigDocument.digestOf(salted).substring(0, HASH_LENGTH);
	}

	/** How many were dropped. */
	long dropped() {
		return this.dropped.sum();
	}

	/** Whether listeners have been told all there is. */
	boolean isIdle() {
		return this.executor.getActiveCount() == 0 && this.executor.getQueue().isEmpty();
	}

	/** Listeners are still told what waits, unless they take too long. */
	@Override
	public void destroy() {
		this.executor.shutdown();
		try {
			this.executor.awaitTermination(CLOSING.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		this.dropped.add(this.executor.shutdownNow().size());
	}

}
