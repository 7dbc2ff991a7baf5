package io.governance.config;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;

import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.Subscription;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the config of a process: reads the documents of all layers, and applies every
 * later change of them as a transaction.
 * <p>
 * A change is parsed, merged, compared, shown to the views that it touches and to the
 * validators, and swapped in with one volatile write; then the observers whose keys
 * changed are told. If anything throws, the last good state stays or is restored. Changes
 * are applied one after the other; reading takes no lock. Thread-safe.
 */
public final class ConfigManager implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(ConfigManager.class);

	private final ConfigSource source;

	private final List<DocumentId> layers;

	private final DocumentParser parser;

	private final @Nullable SnapshotCache cache;

	private final Map<String, Set<String>> localPlaceholders;

	private final InstantSource clock;

	private final LiveState live = new LiveState();

	private final ReentrantLock applying = new ReentrantLock();

	private final List<ConfigObserver> observers = new CopyOnWriteArrayList<>();

	private final List<ConfigValidator> validators = new CopyOnWriteArrayList<>();

	private final List<ConfigEvents> listeners = new CopyOnWriteArrayList<>();

	private volatile ConfigStatus status;

	private @Nullable ConfigDocuments rejected;

	private boolean ready;

	private boolean closed;

	private @Nullable Subscription watch;

	private ConfigManager(Builder builder) {
		this.source = builder.source;
		this.layers = builder.layers;
		this.parser = new DocumentParser(builder.layers, builder.formats);
		this.cache = builder.cache;
		this.localPlaceholders = builder.localPlaceholders;
		this.clock = builder.clock;
		this.status = new ConfigStatus(ConfigStatus.Source.NONE, this.clock.instant(), ConnectionState.CONNECTED, null,
				null);
	}

	/**
	 * Begins a manager.
	 * @param source where the documents are read; it is not closed with the manager
	 * @param layers the documents, the lowest precedence first
	 * @return a builder for the rest
	 */
	public static Builder of(ConfigSource source, List<DocumentId> layers) {
		return new Builder(source, layers);
	}

	/**
	 * Reads the config for the first time.
	 * @param policy what to do when it cannot be read or cannot be used
	 * @throws BackendUnavailableException if the backend cannot be asked and the policy
	 * does not allow to go on
	 * @throws InvalidConfigException if what is stored cannot be used, and neither the
	 * policy nor the cache allow to go on
	 */
	public void load(StartPolicy policy) {
		this.applying.lock();
		try {
			ConfigDocuments documents = this.source.get(Set.copyOf(this.layers));
			try {
				this.live.swap(this.live.current().after(change(this.parser.parse(documents))));
				this.status = ConfigStatus.loaded(this.clock.instant());
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
			startWithoutBackend(ex);
		}
		finally {
			this.applying.unlock();
		}
	}

	private void startWithoutBackend(BackendUnavailableException ex) {
		cached().ifPresent(this::useCached);
		ConfigStatus now = this.status;
		this.status = new ConfigStatus(now.source(), now.since(), ConnectionState.DISCONNECTED, ex.getMessage(), null);
	}

	/**
	 * Puts the cached snapshot in the place of the one that was loaded but turned out to
	 * be unusable.
	 * @param reason why the loaded one cannot be used
	 * @param policy whether the cached one may be used
	 * @return {@code true} if the cached snapshot is in force now, {@code false} if there
	 * is none, if it says the same, or if it must not be used
	 */
	public boolean fallBack(InvalidConfigException reason, StartPolicy policy) {
		this.applying.lock();
		try {
			boolean fell = this.status.source() == ConfigStatus.Source.BACKEND
					&& fallBack(this.live.current().snapshot().documents(), reason, policy);
			if (fell) {
				logger.error("Stored config cannot be used: {}. Starting with the last good config, kept at {}",
						reason.getMessage(), this.status.since());
			}
			return fell;
		}
		finally {
			this.applying.unlock();
		}
	}

	private boolean fallBack(ConfigDocuments stored, InvalidConfigException reason, StartPolicy policy) {
		Optional<SnapshotCache.Entry> cached = policy.lastGood() ? cached() : Optional.empty();
		if (cached.isEmpty() || cached.get().documents().sameContent(stored)) {
			return false;
		}
		useCached(cached.get());
		ConfigRejection rejection = ConfigRejection.of(stored, cached.get().documents(), reason, this.clock.instant());
		this.status = this.status.with(rejection);
		this.rejected = stored;
		tell((listener) -> listener.onRejected(rejection));
		return true;
	}

	private Optional<SnapshotCache.Entry> cached() {
		return (this.cache == null) ? Optional.empty() : this.cache.load().filter((entry) -> {
			try {
				this.parser.parse(entry.documents());
				return true;
			}
			catch (InvalidConfigException ex) {
				logger.warn("Cached config is of no use: {}", ex.getMessage());
				return false;
			}
		});
	}

	private void useCached(SnapshotCache.Entry entry) {
		this.live.swap(this.live.current().after(change(this.parser.parse(entry.documents()))));
		this.status = new ConfigStatus(ConfigStatus.Source.CACHE, entry.time(), ConnectionState.CONNECTED, null, null);
	}

	/**
	 * Whether the config in force was loaded from the backend and differs from the last
	 * good one on disk: nobody has worked with it yet.
	 * @return {@code true} if it is worth a check before it is used, since there is
	 * something to fall back to
	 */
	public boolean unproven() {
		ConfigDocuments loaded = this.live.current().snapshot().documents();
		return this.status.source() == ConfigStatus.Source.BACKEND
				&& cached().filter((entry) -> !entry.documents().sameContent(loaded)).isPresent();
	}

	/**
	 * Follows the documents from now on. To be called once, after {@link #load}.
	 */
	public void watch() {
		this.watch = this.source.watch(Set.copyOf(this.layers), new ConfigListener() {

			@Override
			public void onDocuments(ConfigDocuments documents) {
				apply(documents);
			}

			@Override
			public void onConnection(ConnectionState connection) {
				connection(connection);
			}

		});
	}

	/**
	 * The application works with the snapshot in force: from now on, the last good one is
	 * kept on disk.
	 */
	public void ready() {
		this.applying.lock();
		try {
			this.ready = true;
			saveGood();
		}
		finally {
			this.applying.unlock();
		}
	}

	private void saveGood() {
		if (this.ready && this.cache != null && this.status.source() == ConfigStatus.Source.BACKEND) {
			this.cache.save(this.live.current().snapshot().documents(), this.clock.instant());
		}
	}

	private void apply(ConfigDocuments documents) {
		long start = System.nanoTime();
		this.applying.lock();
		try {
			connection(ConnectionState.CONNECTED);
			if (this.closed || (this.rejected != null && this.rejected.sameContent(documents))) {
				return;
			}
			try {
				ConfigState before = this.live.current();
				ConfigChange change = change(this.parser.parse(documents));
				check(change);
				tellObservers(change, before);
				accept(change, start);
			}
			catch (Exception | LinkageError ex) {
				reject(documents, ex);
			}
		}
		finally {
			this.applying.unlock();
		}
	}

	private ConfigChange change(ConfigSnapshot after) {
		return ConfigChange.between(this.live.current().snapshot(), after, this.localPlaceholders);
	}

	private void check(ConfigChange change) throws Exception {
		this.live.show(change.after(), () -> {
			ConfigState next = this.live.current().after(change);
			if (!change.isEmpty()) {
				for (ConfigValidator validator : this.validators) {
					validator.validate(change);
				}
			}
			this.live.swap(next);
			return next;
		});
	}

	private void tellObservers(ConfigChange change, ConfigState before) throws Exception {
		Deque<ConfigObserver> told = new ArrayDeque<>();
		for (ConfigObserver observer : this.observers) {
			if (concerns(observer, change)) {
				try {
					observer.onChange(change);
					told.push(observer);
				}
				catch (Exception | LinkageError ex) {
					rollBack(change.reversed(), before, told);
					throw new ObserverFailedException(observer.name(), ex);
				}
			}
		}
	}

	private static boolean concerns(ConfigObserver observer, ConfigChange change) {
		return !change.isEmpty()
				&& (observer.prefixes().isEmpty() || observer.prefixes().stream().anyMatch(change::touches));
	}

	private void rollBack(ConfigChange reverse, ConfigState before, Deque<ConfigObserver> told) throws Exception {
		this.live.show(before.snapshot(), () -> {
			this.live.swap(before);
			return before;
		});
		for (ConfigObserver observer : told) {
			try {
				observer.onChange(reverse);
			}
			catch (Exception | LinkageError ex) {
				logger.error("Observer '{}' could not take a change back ({}): it may hold a mixed state",
						observer.name(), ex.getClass().getName());
				logger.debug("Observer '{}' failed", observer.name(), ex);
			}
		}
	}

	private void accept(ConfigChange change, long start) {
		ConfigStatus old = this.status;
		boolean recovered = old.rejection() != null;
		this.rejected = null;
		this.status = ConfigStatus.loaded(this.clock.instant());
		if (!change.isEmpty()) {
			Duration took = Duration.ofNanos(System.nanoTime() - start);
			logger.info("Config changed: {}", change);
			tell((listener) -> listener.onApplied(change, took));
		}
		if (recovered) {
			logger.info("Stored config is good again and in force");
			tell(ConfigEvents::onRecovered);
		}
		saveGood();
	}

	private void reject(ConfigDocuments documents, Throwable failure) {
		ConfigRejection rejection = ConfigRejection.of(documents, this.live.current().snapshot().documents(), failure,
				this.clock.instant());
		this.rejected = documents;
		this.status = this.status.with(rejection);
		logger.error("Config rejected, the last good config stays in force: {}", rejection.describe());
		logger.debug("Config rejected", failure);
		tell((listener) -> listener.onRejected(rejection));
	}

	private void connection(ConnectionState connection) {
		this.applying.lock();
		try {
			ConfigStatus old = this.status;
			if (old.connection() == connection) {
				return;
			}
			this.status = old.with(connection);
			if (connection == ConnectionState.CONNECTED) {
				logger.info("Config backend can be reached again");
			}
			else {
				logger.warn("Config backend cannot be reached: the config in force stays");
			}
			tell((listener) -> listener.onConnection(connection));
		}
		finally {
			this.applying.unlock();
		}
	}

	private void tell(Consumer<ConfigEvents> event) {
		for (ConfigEvents listener : this.listeners) {
			try {
				event.accept(listener);
			}
			catch (RuntimeException ex) {
				logger.warn("A listener for config events failed", ex);
			}
		}
	}

	/**
	 * The snapshot in force.
	 * @return the last applied snapshot
	 */
	public ConfigSnapshot current() {
		return this.live.current().snapshot();
	}

	/**
	 * The snapshot that the calling thread should see: the candidate for the thread that
	 * checks it, the one in force for everybody else.
	 * @return the snapshot
	 */
	public ConfigSnapshot visible() {
		return this.live.visible();
	}

	/**
	 * How the config of this process is doing.
	 * @return the status
	 */
	public ConfigStatus status() {
		return this.status;
	}

	/**
	 * Runs something on the calling thread for which {@link #visible()} is a certain
	 * snapshot. Only to be called from within a {@link ConfigValidator} or
	 * {@link ConfigObserver}.
	 * @param <T> the type of the result
	 * @param snapshot the snapshot to show
	 * @param step what to run
	 * @return its result
	 * @throws Exception what it throws
	 */
	public <T> T showing(ConfigSnapshot snapshot, Callable<T> step) throws Exception {
		return this.live.show(snapshot, step);
	}

	/**
	 * The documents that are followed.
	 * @return the layers, the lowest precedence first
	 */
	public List<DocumentId> layers() {
		return this.layers;
	}

	/**
	 * Makes a typed view, which lasts as long as the manager.
	 * @param <T> the type of its value
	 * @param prefix the keys that it depends on, or an empty string for all
	 * @param read makes the value; throws if the snapshot cannot be used, which rejects
	 * the change. Called by the thread for which {@link #visible()} is the given
	 * snapshot. Should be free of side effects
	 * @return the view
	 */
	public <T> ConfigView<T> view(String prefix, Function<ConfigSnapshot, T> read) {
		return new ConfigView<>(this.live,
				this.live.addView(new ConfigState.Definition(ConfigKeys.canonical(prefix), read)));
	}

	/**
	 * Adds an observer.
	 * @param observer who is told after a change
	 * @return removes it again
	 */
	public Subscription observe(ConfigObserver observer) {
		this.applying.lock();
		try {
			this.observers.add(observer);
			this.observers.sort(Comparator.comparingInt(ConfigObserver::order));
		}
		finally {
			this.applying.unlock();
		}
		return () -> this.observers.remove(observer);
	}

	/**
	 * Adds a validator.
	 * @param validator who checks each change
	 * @return removes it again
	 */
	public Subscription validate(ConfigValidator validator) {
		this.validators.add(validator);
		return () -> this.validators.remove(validator);
	}

	/**
	 * Adds a listener.
	 * @param listener who is told what happens to the config
	 * @return removes it again
	 */
	public Subscription listen(ConfigEvents listener) {
		this.listeners.add(listener);
		return () -> this.listeners.remove(listener);
	}

	/**
	 * Stops following the documents. The snapshot in force stays readable.
	 */
	@Override
	public void close() {
		Subscription watching = this.watch;
		if (watching != null) {
			watching.close();
		}
		this.applying.lock();
		try {
			this.closed = true;
		}
		finally {
			this.applying.unlock();
		}
	}

	/** Builds a {@link ConfigManager}. Not thread-safe. */
	public static final class Builder {

		private final ConfigSource source;

		private final List<DocumentId> layers;

		private ConfigFormats formats = ConfigFormats.standard();

		private @Nullable SnapshotCache cache;

		private Map<String, Set<String>> localPlaceholders = Map.of();

		private InstantSource clock = InstantSource.system();

		private Builder(ConfigSource source, List<DocumentId> layers) {
			this.source = source;
			this.layers = List.copyOf(new LinkedHashSet<>(layers));
		}

		/**
		 * Sets the formats of the documents; YAML, JSON and properties otherwise.
		 * @param formats the formats
		 * @return this builder
		 */
		public Builder formats(ConfigFormats formats) {
			this.formats = formats;
			return this;
		}

		/**
		 * Sets where the last good snapshot is kept; nowhere otherwise.
		 * @param cache the cache
		 * @return this builder
		 */
		public Builder cache(@Nullable SnapshotCache cache) {
			this.cache = cache;
			return this;
		}

		/**
		 * Sets the properties outside of the remote config, so that those which refer to
		 * a remote key with <code>${...}</code> count as changed when that key changes.
		 * @param values the values by their keys
		 * @return this builder
		 */
		public Builder localValues(Map<String, String> values) {
			Map<String, Set<String>> placeholders = new HashMap<>();
			values.forEach((key, value) -> {
				Set<String> names = ParsedDocument.placeholders(value);
				if (!names.isEmpty()) {
					placeholders.put(ConfigKeys.canonical(key), names);
				}
			});
			this.localPlaceholders = Map.copyOf(placeholders);
			return this;
		}

		/**
		 * Sets the clock that tells when config was applied or rejected; the system's
		 * otherwise.
		 * @param clock the clock
		 * @return this builder
		 */
		public Builder clock(InstantSource clock) {
			this.clock = clock;
			return this;
		}

		/**
		 * Builds the manager, which reads nothing yet.
		 * @return the manager
		 */
		public ConfigManager build() {
			return new ConfigManager(this);
		}

	}

}
