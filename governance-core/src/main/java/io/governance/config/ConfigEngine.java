package io.governance.config;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
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

	/** Enough unless what decides changes with every read. */
	private static final int MAX_READS = 5;

	/** Nobody who follows a change takes so long. */
	private static final Duration LONG = Duration.ofSeconds(30);

	private final VariantLayers layers;

	private final DocumentParser parser;

	private final LastGoodConfig lastGood;

	private final Map<String, Set<String>> localPlaceholders;

	private final InstantSource clock;

	private final LiveState live;

	private final ConfigTransaction transaction;

	private final ChangeProgress progress;

	private final StatusReport report;

	private final ReentrantLock deciding = new ReentrantLock();

	private @Nullable ConfigDocuments rejected;

	private volatile Set<DocumentId> wanted;

	private boolean ready;

	private volatile boolean stopped;

	ConfigEngine(VariantLayers layers, DocumentParser parser, LastGoodConfig lastGood, LiveState live,
			Map<String, Set<String>> localPlaceholders, InstantSource clock) {
		this.layers = layers;
		this.parser = parser;
		this.lastGood = lastGood;
		this.live = live;
		this.localPlaceholders = localPlaceholders;
		this.clock = clock;
		this.progress = new ChangeProgress(clock, LONG);
		this.transaction = new ConfigTransaction(live, this.progress);
		this.report = new StatusReport(clock);
		this.wanted = layers.fixed();
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

	ConfigStatus status() {
		return this.report.status().with(this.progress.pending());
	}

	/**
	 * The documents to read, as far as is known by now.
	 */
	Set<DocumentId> wanted() {
		return this.wanted;
	}

	/**
	 * Puts the first config in force.
	 */
	void load(Function<Set<DocumentId>, ConfigDocuments> backend, StartPolicy policy) {
		this.deciding.lock();
		try {
			VariantLayers.Selection selection = read(backend);
			this.wanted = selection.wanted();
			try {
				ConfigUpdate update = updateTo(this.parser.parse(selection, state()));
				if (!policy.lastGood() || !startsWithoutRefused(selection, policy)) {
					this.transaction.start(update);
					this.report.loaded();
				}
			}
			catch (InvalidConfigException ex) {
				if (!fallBack(selection.documents(), ex, policy) && !startsWithoutLanes(selection, ex)) {
					throw ex;
				}
			}
		}
		catch (BackendUnavailableException ex) {
			if (!policy.withoutBackend()) {
				throw ex;
			}
			this.lastGood.find(state()).ifPresent((kept) -> {
				this.wanted = kept.wanted();
				startFrom(kept);
			});
			this.report.startedWithoutBackend(String.valueOf(ex.getMessage()));
		}
		finally {
			this.deciding.unlock();
		}
	}

	private boolean startsWithoutRefused(VariantLayers.Selection selection, StartPolicy policy) {
		RefusedConfig refused = this.lastGood.refused(selection.documents(), selection.wanted()).orElse(null);
		return refused != null && fallBack(selection.documents(), new InvalidConfigException(null, null,
				"was refused at " + refused.time() + " and has not changed since (" + refused.reason() + ")", null),
				policy);
	}

	/**
	 * A variant for the requests of a lane is no reason not to start.
	 */
	private boolean startsWithoutLanes(VariantLayers.Selection selection, InvalidConfigException reason) {
		if (selection.choice().lanes().isEmpty()) {
			return false;
		}
		try {
			this.transaction.start(updateTo(this.parser.parse(this.layers.withoutLanes(selection), state())));
		}
		catch (InvalidConfigException ex) {
			return false;
		}
		this.rejected = selection.documents();
		this.report.loaded();
		this.report.rejectedAtStart(selection.documents(), documents(), reason);
		return true;
	}

	/**
	 * Reads until the variants that are chosen were read too, together with what they
	 * were chosen by.
	 */
	private VariantLayers.Selection read(Function<Set<DocumentId>, ConfigDocuments> backend) {
		Set<DocumentId> asked = this.layers.initial();
		int reads = 0;
		while (true) {
			VariantLayers.Selection selection = this.layers.select(backend.apply(asked), this.lastGood::documents);
			if (asked.containsAll(selection.wanted()) || ++reads == MAX_READS) {
				return selection;
			}
			asked = selection.wanted();
		}
	}

	/**
	 * Goes back from what was loaded to the last good config.
	 */
	boolean fallBack(InvalidConfigException reason, StartPolicy policy) {
		this.deciding.lock();
		try {
			boolean fell = loadedFromBackend() && fallBack(documents(), reason, policy);
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
		LastGoodConfig.Kept kept = policy.lastGood() ? this.lastGood.find(state()).orElse(null) : null;
		if (kept == null || kept.documents().sameContent(stored)) {
			return false;
		}
		startFrom(kept);
		this.rejected = stored;
		this.report.rejectedAtStart(stored, documents(), reason);
		return true;
	}

	private void startFrom(LastGoodConfig.Kept kept) {
		this.transaction.start(updateTo(kept.snapshots()));
		this.report.startedFromCache(kept.time());
	}

	/**
	 * What the application worked with last, where what was loaded is something else.
	 */
	Optional<ConfigSnapshot> lastGood() {
		this.deciding.lock();
		try {
			return !loadedFromBackend() ? Optional.empty()
					: this.lastGood.find(state())
						.filter((kept) -> !kept.documents().sameContent(documents()))
						.map((kept) -> kept.snapshots().instance());
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
			LastGoodConfig.Kept kept = loadedFromBackend() ? this.lastGood.find(state()).orElse(null) : null;
			if (!loadedFromBackend() || (kept != null && kept.documents().sameContent(documents()))) {
				return;
			}
			ConfigSnapshot before = (kept != null) ? kept.snapshots().instance() : ConfigSnapshot.EMPTY;
			try {
				this.transaction.prove(ConfigChange.between(before, state().snapshot(), this.localPlaceholders));
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
		ConfigDocuments stored = documents();
		ConfigRejection rejection = ConfigRejection.of(stored, (kept != null) ? kept.documents() : ConfigDocuments.NONE,
				refusal, this.clock.instant());
		if (kept == null || !policy.lastGood()) {
			throw refused(rejection, refusal);
		}
		long start = System.nanoTime();
		ConfigUpdate back = updateTo(kept.snapshots());
		try {
			this.transaction.apply(back);
		}
		catch (Throwable ex) {
			InvalidConfigException failure = refused(rejection, refusal);
			failure.addSuppressed(FailureTrace.of(ex));
			throw failure;
		}
		// Whoever has followed is to know that there is no way back from it.
		this.report.applied(back, Duration.ofNanos(System.nanoTime() - start));
		this.rejected = stored;
		this.lastGood.refuse(stored, this.wanted, rejection.time(), rejection.describe());
		this.report.startedFromCache(kept.time());
		this.report.rejectedAtStart(stored, documents(), refusal);
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
			this.lastGood.keep(documents(), this.clock.instant());
			if (this.rejected == null) {
				this.lastGood.acceptAll(this.wanted);
			}
		}
	}

	/**
	 * Puts the documents in force that the backend has now, or rejects them; does neither
	 * if they call for variants that were not read with them. Never throws.
	 * @param delivered the documents
	 * @param asked which documents were read
	 * @param connection whether the backend can be reached, as far as is known
	 * @return which documents are to be read
	 */
	Set<DocumentId> apply(ConfigDocuments delivered, Set<DocumentId> asked, ConnectionState connection) {
		long start = System.nanoTime();
		this.deciding.lock();
		try {
			if (this.stopped) {
				return asked;
			}
			this.report.connection(connection);
			VariantLayers.Selection selection = this.layers.select(delivered, this::documents);
			this.wanted = selection.wanted();
			if (asked.containsAll(selection.wanted())) {
				apply(selection, start);
			}
			return selection.wanted();
		}
		finally {
			this.deciding.unlock();
		}
	}

	private void apply(VariantLayers.Selection selection, long start) {
		ConfigDocuments documents = selection.documents();
		if (this.rejected != null && this.rejected.sameContent(documents)) {
			return;
		}
		ConfigUpdate update;
		try {
			update = updateTo(this.parser.parse(selection, state()));
		}
		catch (Throwable ex) {
			// Nothing to remember: the next start tries the same.
			reject(documents, ex);
			return;
		}
		try {
			this.transaction.apply(update);
		}
		catch (Throwable ex) {
			ConfigRejection rejection = reject(documents, ex);
			if (!this.stopped && !Thread.currentThread().isInterrupted()) {
				this.lastGood.refuse(documents, selection.wanted(), rejection.time(), rejection.describe());
			}
			return;
		}
		this.rejected = null;
		this.report.applied(update, Duration.ofNanos(System.nanoTime() - start));
		keepGood();
	}

	private ConfigRejection reject(ConfigDocuments documents, Throwable failure) {
		this.rejected = documents;
		ConfigRejection rejection = this.report.rejected(documents, documents(), failure);
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

	<T> T showing(ConfigSnapshot snapshot, Supplier<T> step) {
		this.deciding.lock();
		try {
			return this.live.show(snapshot, step::get);
		}
		finally {
			this.deciding.unlock();
		}
	}

	private boolean loadedFromBackend() {
		return this.report.status().source() == ConfigStatus.Source.BACKEND;
	}

	private ConfigState state() {
		return this.live.current();
	}

	private ConfigDocuments documents() {
		return state().snapshot().documents();
	}

	private ConfigUpdate updateTo(ConfigSnapshots after) {
		return ConfigUpdate.between(state(), after, this.localPlaceholders);
	}

}
