package io.governance.config;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which documents are put in force: those of the backend, unless they cannot be
 * used; the last good ones, if there is nothing better. One decision at a time.
 * Thread-safe.
 */
final class ConfigEngine {

	private static final Logger logger = LoggerFactory.getLogger(ConfigManager.class);

	private final DocumentParser parser;

	private final LastGoodConfig lastGood;

	private final Map<String, Set<String>> localPlaceholders;

	private final InstantSource clock;

	private final LiveState live = new LiveState();

	private final ConfigTransaction transaction = new ConfigTransaction(this.live);

	private final StatusReport report;

	private final ReentrantLock deciding = new ReentrantLock();

	private @Nullable ConfigDocuments rejected;

	private boolean ready;

	private volatile boolean stopped;

	ConfigEngine(DocumentParser parser, LastGoodConfig lastGood, Map<String, Set<String>> localPlaceholders,
			InstantSource clock) {
		this.parser = parser;
		this.lastGood = lastGood;
		this.localPlaceholders = localPlaceholders;
		this.clock = clock;
		this.report = new StatusReport(clock);
	}

	LiveState live() {
		return this.live;
	}

	ConfigTransaction transaction() {
		return this.transaction;
	}

	StatusReport report() {
		return this.report;
	}

	/**
	 * Puts the first config in force.
	 */
	void load(Supplier<ConfigDocuments> backend, StartPolicy policy) {
		this.deciding.lock();
		try {
			ConfigDocuments documents = backend.get();
			try {
				ConfigChange change = changeTo(documents);
				if (!policy.lastGood() || !startsWithoutRefused(documents, policy)) {
					this.transaction.start(change);
					this.report.loaded();
				}
			}
			catch (InvalidConfigException ex) {
				if (!fallBack(documents, ex, policy)) {
					throw ex;
				}
			}
		}
		catch (BackendUnavailableException ex) {
			if (!policy.withoutBackend()) {
				throw ex;
			}
			this.lastGood.find(current()).ifPresent(this::startFrom);
			this.report.startedWithoutBackend(String.valueOf(ex.getMessage()));
		}
		finally {
			this.deciding.unlock();
		}
	}

	private boolean startsWithoutRefused(ConfigDocuments documents, StartPolicy policy) {
		RefusedConfig refused = this.lastGood.refused(documents).orElse(null);
		return refused != null && fallBack(documents, new InvalidConfigException(null, null,
				"was refused at " + refused.time() + " and has not changed since (" + refused.reason() + ")", null),
				policy);
	}

	/**
	 * Goes back from what was loaded to the last good config.
	 */
	boolean fallBack(InvalidConfigException reason, StartPolicy policy) {
		this.deciding.lock();
		try {
			boolean fell = loadedFromBackend() && fallBack(current().documents(), reason, policy);
			if (fell) {
				tellFallBack(String.valueOf(reason.getMessage()));
			}
			return fell;
		}
		finally {
			this.deciding.unlock();
		}
	}

	private void tellFallBack(String reason) {
		logger.error("Stored config cannot be used: {}. Starting with the last good config, kept at {}", reason,
				this.report.status().since());
	}

	private boolean fallBack(ConfigDocuments stored, InvalidConfigException reason, StartPolicy policy) {
		LastGoodConfig.Kept kept = policy.lastGood() ? this.lastGood.find(current()).orElse(null) : null;
		if (kept == null || kept.snapshot().documents().sameContent(stored)) {
			return false;
		}
		startFrom(kept);
		this.rejected = stored;
		this.report.rejectedAtStart(stored, current().documents(), reason);
		return true;
	}

	private void startFrom(LastGoodConfig.Kept kept) {
		this.transaction.start(changeTo(kept.snapshot()));
		this.report.startedFromCache(kept.time());
	}

	/**
	 * Whether what was loaded is not what the application worked with last.
	 */
	boolean unproven() {
		this.deciding.lock();
		try {
			ConfigSnapshot loaded = current();
			return loadedFromBackend() && this.lastGood.find(loaded)
				.filter((kept) -> !kept.snapshot().documents().sameContent(loaded.documents()))
				.isPresent();
		}
		finally {
			this.deciding.unlock();
		}
	}

	/**
	 * Asks the validators about what was loaded, and goes back to the last good config if
	 * one of them refuses it.
	 */
	void prove(StartPolicy policy) {
		this.deciding.lock();
		try {
			ConfigSnapshot loaded = current();
			LastGoodConfig.Kept kept = loadedFromBackend() ? this.lastGood.find(loaded).orElse(null) : null;
			if (!loadedFromBackend() || (kept != null && kept.snapshot().documents().sameContent(loaded.documents()))) {
				return;
			}
			ConfigSnapshot before = (kept != null) ? kept.snapshot() : ConfigSnapshot.EMPTY;
			try {
				this.transaction.prove(ConfigChange.between(before, loaded, this.localPlaceholders));
			}
			catch (Throwable ex) {
				goBack(kept, ex, policy);
			}
		}
		finally {
			this.deciding.unlock();
		}
	}

	private void goBack(LastGoodConfig.@Nullable Kept kept, Throwable refusal, StartPolicy policy) {
		ConfigDocuments stored = current().documents();
		ConfigRejection rejection = ConfigRejection.of(stored,
				(kept != null) ? kept.snapshot().documents() : ConfigDocuments.NONE, refusal, this.clock.instant());
		if (kept == null || !policy.lastGood()) {
			throw refused(rejection, refusal);
		}
		try {
			this.transaction.apply(changeTo(kept.snapshot()));
		}
		catch (Throwable ex) {
			InvalidConfigException failure = refused(rejection, refusal);
			failure.addSuppressed(FailureTrace.of(ex));
			throw failure;
		}
		this.rejected = stored;
		this.lastGood.refuse(stored, rejection.time(), rejection.describe());
		this.report.startedFromCache(kept.time());
		this.report.rejectedAtStart(stored, current().documents(), refusal);
		tellFallBack(rejection.describe());
	}

	/** Without the message of a foreign exception, which may quote a value. */
	private static InvalidConfigException refused(ConfigRejection rejection, Throwable refusal) {
		return (refusal instanceof InvalidConfigException invalid) ? invalid : new InvalidConfigException(
				rejection.origin(), rejection.key(), rejection.reason(), FailureTrace.of(refusal));
	}

	/**
	 * Keeps the config in force, and each later one.
	 */
	void ready() {
		this.deciding.lock();
		try {
			this.ready = true;
			keepGood();
		}
		finally {
			this.deciding.unlock();
		}
	}

	private void keepGood() {
		if (this.ready && loadedFromBackend()) {
			this.lastGood.keep(current(), this.clock.instant());
			if (this.rejected == null) {
				this.lastGood.acceptAll();
			}
		}
	}

	/**
	 * Puts the documents in force that the backend has now, or rejects them. Never
	 * throws.
	 */
	void apply(ConfigDocuments documents) {
		long start = System.nanoTime();
		this.deciding.lock();
		try {
			if (this.stopped) {
				return;
			}
			this.report.connection(ConnectionState.CONNECTED);
			if (this.rejected != null && this.rejected.sameContent(documents)) {
				return;
			}
			ConfigChange change;
			try {
				change = changeTo(documents);
			}
			catch (Throwable ex) {
				// Nothing to remember: the next start tries the same.
				reject(documents, ex);
				return;
			}
			try {
				this.transaction.apply(change);
			}
			catch (Throwable ex) {
				ConfigRejection rejection = reject(documents, ex);
				if (!this.stopped && !Thread.currentThread().isInterrupted()) {
					this.lastGood.refuse(documents, rejection.time(), rejection.describe());
				}
				return;
			}
			this.rejected = null;
			this.report.applied(change, Duration.ofNanos(System.nanoTime() - start));
			keepGood();
		}
		finally {
			this.deciding.unlock();
		}
	}

	private ConfigRejection reject(ConfigDocuments documents, Throwable failure) {
		this.rejected = documents;
		ConfigRejection rejection = this.report.rejected(documents, current().documents(), failure);
		if (failure instanceof InterruptedException || failure.getCause() instanceof InterruptedException) {
			Thread.currentThread().interrupt();
		}
		return rejection;
	}

	void connection(ConnectionState connection) {
		this.deciding.lock();
		try {
			if (!this.stopped) {
				this.report.connection(connection);
			}
		}
		finally {
			this.deciding.unlock();
		}
	}

	/**
	 * Lets no further change in. Does not wait for the one that is under way.
	 */
	void stop() {
		this.stopped = true;
	}

	<T> T showing(ConfigSnapshot snapshot, Callable<T> step) throws Exception {
		this.deciding.lock();
		try {
			return this.live.show(snapshot, step::call);
		}
		finally {
			this.deciding.unlock();
		}
	}

	private boolean loadedFromBackend() {
		return this.report.status().source() == ConfigStatus.Source.BACKEND;
	}

	private ConfigSnapshot current() {
		return this.live.current().snapshot();
	}

	private ConfigChange changeTo(ConfigDocuments documents) {
		return changeTo(this.parser.parse(documents, current()));
	}

	private ConfigChange changeTo(ConfigSnapshot after) {
		return ConfigChange.between(current(), after, this.localPlaceholders);
	}

}
