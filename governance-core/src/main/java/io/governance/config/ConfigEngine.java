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
				this.transaction.start(changeTo(documents));
				this.report.loaded();
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

	/**
	 * Goes back from what was loaded to the last good config.
	 */
	boolean fallBack(InvalidConfigException reason, StartPolicy policy) {
		this.deciding.lock();
		try {
			boolean fell = loadedFromBackend() && fallBack(current().documents(), reason, policy);
			if (fell) {
				logger.error("Stored config cannot be used: {}. Starting with the last good config, kept at {}",
						reason.getMessage(), this.report.status().since());
			}
			return fell;
		}
		finally {
			this.deciding.unlock();
		}
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
				this.transaction.apply(change);
			}
			catch (Throwable ex) {
				reject(documents, ex);
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

	private void reject(ConfigDocuments documents, Throwable failure) {
		this.rejected = documents;
		this.report.rejected(documents, current().documents(), failure);
		if (failure instanceof InterruptedException || failure.getCause() instanceof InterruptedException) {
			Thread.currentThread().interrupt();
		}
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
