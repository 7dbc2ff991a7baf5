package io.governance.config;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

import io.governance.BackendUnavailableException;
import io.governance.Subscription;
import io.governance.config.secret.Secrets;
import org.jspecify.annotations.Nullable;

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

	private final ConfigSource source;

	private final List<ConfigLayer> precedence;

	private final List<DocumentId> layers;

	private final ConfigVariants variants;

	private final ConfigEngine engine;

	private final Duration settle;

	private final Set<Subscription> followers = new HashSet<>();

	private @Nullable DocumentWatch watch;

	private boolean closed;

	private ConfigManager(Builder builder) {
		this.settle = builder.settle;
		this.precedence = builder.layers;
		this.layers = builder.layers.stream().map(ConfigLayer::document).toList();
		this.variants = builder.variants;
		VariantLayers layers = new VariantLayers(builder.layers, builder.variants);
		this.source = SeveralNamespaces.of(builder.source, layers.fixed());
		DocumentParser parser = new DocumentParser(layers, builder.formats, new Activation(builder.profiles),
				builder.policy, builder.secrets);
		this.engine = new ConfigEngine(layers, parser,
				new LastGoodConfig(builder.cache, parser, layers, builder.release), new LiveState(builder.variants),
				builder.localPlaceholders, builder.clock);
	}

	/**
	 * Begins a manager.
	 * @param source where the documents are read; it is not closed with the manager
	 * @param layers the documents, the lowest precedence first
	 * @return a builder for the rest
	 */
	public static Builder of(ConfigSource source, List<DocumentId> layers) {
		return ofLayers(source, new LinkedHashSet<>(layers).stream().map(ConfigLayer::of).toList());
	}

	/**
	 * Begins a manager of documents that are read in different ways.
	 * @param source where the documents are read; it is not closed with the manager
	 * @param layers the documents, the lowest precedence first, each once
	 * @return a builder for the rest
	 * @throws IllegalArgumentException if a document is there twice
	 */
	public static Builder ofLayers(ConfigSource source, List<ConfigLayer> layers) {
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
		this.engine.load(this.source::get, policy);
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
		return this.engine.fallBack(reason, policy);
	}

	/**
	 * The last good config on disk, where the config in force was loaded from the backend
	 * and differs from it: nobody has worked with that yet, and it is worth a check
	 * before it is used.
	 * @return what {@link #fallBack} would go back to; empty if there is nothing to check
	 */
	public Optional<ConfigSnapshot> lastGood() {
		return this.engine.lastGood();
	}

	/**
	 * Asks the validators about the config that was loaded, if it is not the last good
	 * one: for an application whose beans are there, before it takes work. If one of them
	 * refuses it, the last good config is put in its place like any other change.
	 * @param policy whether the cached one may be used
	 * @throws InvalidConfigException if it is refused, and there is nothing to go back to
	 */
	public void prove(StartPolicy policy) {
		this.engine.prove(policy);
	}

	/**
	 * Follows the documents from now on, after {@link #load}, until all who have called
	 * this do so no more: several share one watch.
	 * @return stops following them; they can be watched again then
	 */
	public Subscription watch() {
		Subscription follower = new Subscription() {

			@Override
			public void close() {
				leave(this);
			}

		};
		DocumentWatch begun = null;
		synchronized (this.followers) {
			if (!this.closed && this.followers.isEmpty()) {
				begun = new DocumentWatch(this.source, this.engine, this.settle);
				this.watch = begun;
			}
			this.followers.add(follower);
		}
		if (begun != null) {
			try {
				begun.start();
			}
			catch (RuntimeException | Error ex) {
				follower.close();
				throw ex;
			}
		}
		return follower;
	}

	private void leave(Subscription follower) {
		DocumentWatch ended = null;
		synchronized (this.followers) {
			if (this.followers.remove(follower) && this.followers.isEmpty()) {
				ended = this.watch;
				this.watch = null;
			}
		}
		if (ended != null) {
			ended.close();
		}
	}

	/**
	 * The application works with the snapshot in force: from now on, the last good one is
	 * kept on disk.
	 */
	public void ready() {
		this.engine.ready();
	}

	/**
	 * The application is about to end: no change is begun any more, and one that fails
	 * from now on is not held against its documents. Returns at once.
	 */
	public void conclude() {
		this.engine.stop();
	}

	/**
	 * The snapshot in force.
	 * @return the last applied snapshot
	 */
	public ConfigSnapshot current() {
		return this.engine.live().current().snapshot();
	}

	/**
	 * The snapshots for the requests of lanes that find variants.
	 * @return the snapshots by lane; a lane that is not there has the
	 * {@linkplain #current() snapshot in force}
	 */
	public Map<String, ConfigSnapshot> lanes() {
		ConfigState state = this.engine.live().current();
		Map<String, ConfigSnapshot> lanes = new TreeMap<>();
		state.lanes().forEach((lane) -> lanes.put(lane, state.ofLane(lane).snapshot()));
		return Collections.unmodifiableMap(lanes);
	}

	/**
	 * The snapshot that the calling thread should see: the candidate for the thread that
	 * checks it, that of the moment when they began to those who read
	 * {@linkplain #consistently consistently}, the one in force to everybody else.
	 * @return the snapshot
	 */
	public ConfigSnapshot visible() {
		return this.engine.live().visible();
	}

	/**
	 * Reads several values that belong together: while it runs, the calling thread finds
	 * all of them, through {@link #visible()} and through views, as they were at one
	 * moment, whatever is applied meanwhile. Takes no lock and makes no change wait; what
	 * is read on other threads is not affected. Within another such reading, the moment
	 * is that of the outer one. A view that is made meanwhile shows what is in force.
	 * @param <T> the type of the result
	 * @param read what to run; best short, since it does not see what is newer
	 * @return its result
	 */
	public <T> T consistently(Supplier<T> read) {
		return this.engine.live().keep(read);
	}

	/**
	 * How the config of this process is doing.
	 * @return the status
	 */
	public ConfigStatus status() {
		return this.engine.status();
	}

	/**
	 * Runs something on the calling thread for which {@link #visible()} is a certain
	 * snapshot. Only to be called from within a {@link ConfigValidator} or
	 * {@link ConfigObserver}.
	 * @param <T> the type of the result
	 * @param snapshot the snapshot to show
	 * @param step what to run
	 * @return its result
	 */
	public <T> T showing(ConfigSnapshot snapshot, Supplier<T> step) {
		return this.engine.showing(snapshot, step);
	}

	/**
	 * The documents that are followed. Variants may take their places.
	 * @return the layers, the lowest precedence first
	 */
	public List<DocumentId> layers() {
		return this.layers;
	}

	/**
	 * The documents that are followed, and how each is read.
	 * @return the layers, the lowest precedence first
	 */
	public List<ConfigLayer> precedence() {
		return this.precedence;
	}

	/**
	 * Makes a typed view, which lasts as long as the manager or until it is closed.
	 * @param <T> the type of its value
	 * @param prefix the keys that it depends on, or an empty string for all
	 * @param read makes the value; throws if the snapshot cannot be used, which rejects
	 * the change. Called by the thread for which {@link #visible()} is the given
	 * snapshot. Should be free of side effects
	 * @return the view
	 */
	public <T> ConfigView<T> view(String prefix, Function<ConfigSnapshot, T> read) {
		return new ConfigView<>(this.engine.live(), new ConfigState.Definition(ConfigKeys.canonical(prefix), read));
	}

	/**
	 * What decides for whom variants take the places of documents.
	 * @return what the manager was made with
	 */
	public ConfigVariants variants() {
		return this.variants;
	}

	/**
	 * Adds an observer. It is told of the changes that begin after this method has
	 * returned, and perhaps of the one that is under way.
	 * @param observer who is told after a change
	 * @return removes it again
	 */
	public Subscription observe(ConfigObserver observer) {
		return this.engine.transaction().observers().add(observer, observer.order());
	}

	/**
	 * Adds a validator.
	 * @param validator who checks each change
	 * @return removes it again
	 */
	public Subscription validate(ConfigValidator validator) {
		return this.engine.transaction().validators().add(validator, 0);
	}

	/**
	 * Adds a listener.
	 * @param listener who is told what happens to the config
	 * @return removes it again
	 */
	public Subscription listen(ConfigEvents listener) {
		return this.engine.report().listeners().add(listener, 0);
	}

	/**
	 * Removes observers, validators and listeners together: none of them is called any
	 * more while a call of another one is waited for. Each such wait, also that of
	 * {@link Subscription#close()}, ends after two seconds, for all of them together; who
	 * has not returned then is named in the log.
	 * @param members what {@link #observe}, {@link #validate} and {@link #listen} have
	 * returned; other subscriptions are closed
	 */
	public static void remove(Collection<? extends Subscription> members) {
		Registrations.close(members);
	}

	/**
	 * Stops following the documents. A change that is under way is finished or rolled
	 * back; none begins afterwards. The snapshot in force stays readable.
	 */
	@Override
	public void close() {
		this.engine.stop();
		DocumentWatch ended;
		synchronized (this.followers) {
			this.closed = true;
			ended = this.watch;
			this.watch = null;
		}
		if (ended != null) {
			ended.close();
		}
	}

	/** Builds a {@link ConfigManager}. Not thread-safe. */
	public static final class Builder {

		private final ConfigSource source;

		private final List<ConfigLayer> layers;

		private @Nullable ActiveProfiles profiles;

		private RemotePolicy policy = RemotePolicy.NONE;

		private ConfigFormats formats = ConfigFormats.standard();

		private Secrets secrets = Secrets.none();

		private @Nullable SnapshotCache cache;

		private String release = "";

		private Map<String, Set<String>> localPlaceholders = Map.of();

		private InstantSource clock = InstantSource.system();

		private Duration settle = Duration.ZERO;

		private ConfigVariants variants = ConfigVariants.NONE;

		private Builder(ConfigSource source, List<ConfigLayer> layers) {
			Set<DocumentId> documents = new HashSet<>();
			for (ConfigLayer layer : layers) {
				if (!documents.add(layer.document())) {
					throw new IllegalArgumentException("Document " + layer.document() + " stands in two layers");
				}
			}
			this.source = source;
			this.layers = List.copyOf(layers);
		}

		/**
		 * Sets which profiles are active; without them, documents with conditions on
		 * profiles are refused.
		 * @param profiles the profiles
		 * @return this builder
		 */
		public Builder profiles(ActiveProfiles profiles) {
			this.profiles = profiles;
			return this;
		}

		/**
		 * Sets what remote documents may not say; otherwise they may say everything.
		 * @param policy the policy
		 * @return this builder
		 */
		public Builder policy(RemotePolicy policy) {
			this.policy = policy;
			return this;
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
		 * Sets who opens encrypted values; otherwise they are refused.
		 * @param secrets opens them; it is not closed with the manager
		 * @return this builder
		 */
		public Builder secrets(Secrets secrets) {
			this.secrets = secrets;
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
		 * Sets the release of the application; nothing otherwise. What it refuses while
		 * it runs, it does not start with; another release tries it once.
		 * @param release any text, such as a version
		 * @return this builder
		 */
		public Builder release(String release) {
			this.release = release;
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
		 * Sets how long changes are gathered: what is delivered while the last delivery
		 * is not as old as that is applied as one change, but no later than five times
		 * that time after the first. Zero, which is the default, applies each at once.
		 * @param settle the time, not negative
		 * @return this builder
		 */
		public Builder settle(Duration settle) {
			if (settle.isNegative()) {
				throw new IllegalArgumentException("The settle time must not be negative");
			}
			this.settle = settle;
			return this;
		}

		/**
		 * Sets who decides about variants of documents; otherwise there are none.
		 * @param variants decides about variants
		 * @return this builder
		 */
		public Builder variants(ConfigVariants variants) {
			this.variants = variants;
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
