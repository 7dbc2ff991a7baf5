package io.governance.consul;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import io.governance.Subscription;
import io.governance.backend.support.Watches;
import io.governance.config.ConfigDocuments;
import io.governance.config.DocumentId;
import org.jspecify.annotations.Nullable;

/**
 * Watches sets of documents: one document by a query for its key, several by one for the
 * names below their prefix, which is short, and whatever comes on top of the bound by one
 * for the names of each namespace.
 */
final class ConfigWatches implements Watches.Source<Set<DocumentId>, ConfigDocuments>, AutoCloseable {

	private static final long PAUSE_MILLIS = 100;

	/** How many characters of an answer are read although few of them are asked for. */
	private static final int MAX_WHOLE = 64 * 1024;

	private final ConsulClient client;

	private final ConsulKeys keys;

	private final ConfigReader reader;

	private final WatchThreads threads;

	private final Map<String, ChangeDetector<Set<DocumentId>, ConfigDocuments>> detectors = new HashMap<>();

	ConfigWatches(ConsulClient client, ConsulKeys keys, ConfigReader reader, WatchThreads threads) {
		this.client = client;
		this.keys = keys;
		this.reader = reader;
		this.threads = threads;
	}

	@Override
	public Subscription watch(Set<DocumentId> ids, Watches.Sink<ConfigDocuments> sink) {
		if (ids.isEmpty()) {
			sink.offer(ConfigDocuments.NONE);
			return () -> {
			};
		}
		Subscription own = this.threads
			.tryStart((ids.size() == 1) ? new DocumentWatch(ids.iterator().next(), sink) : new SetWatch(ids, sink));
		return (own != null) ? own : watchTogether(ids, sink);
	}

	private Subscription watchTogether(Set<DocumentId> ids, Watches.Sink<ConfigDocuments> sink) {
		String namespace = ids.iterator().next().namespace();
		ChangeDetector<Set<DocumentId>, ConfigDocuments> detector;
		synchronized (this) {
			detector = this.detectors.computeIfAbsent(namespace, (any) -> new ChangeDetector<>(new SetReader(),
					this.threads.readers(), () -> this.client.executor("config-detector")));
		}
		return detector.add(ids, sink, () -> {
			WatchLoop.Watch hints = new NamespaceWatch(namespace, detector);
			return Map.of(hints, this.threads.start(hints));
		});
	}

	@Override
	public synchronized void close() {
		this.detectors.values().forEach(ChangeDetector::close);
	}

	private static ConsulRequest names(String prefix) {
		return ConsulRequest.key(prefix).with("keys").with("separator=%2F");
	}

	/** One document, which each answer holds. */
	private final class DocumentWatch implements WatchLoop.Watch {

		private final DocumentId id;

		private final Watches.Sink<ConfigDocuments> sink;

		private @Nullable ConfigDocuments last;

		DocumentWatch(DocumentId id, Watches.Sink<ConfigDocuments> sink) {
			this.id = id;
			this.sink = sink;
		}

		@Override
		public ConsulRequest request() {
			return ConsulRequest.key(ConfigWatches.this.keys.document(this.id));
		}

		@Override
		public boolean onAnswer(ConsulAnswer answer) {
			ConfigDocuments now = ConfigWatches.this.reader.one(this.id, answer);
			boolean news = !now.equals(this.last);
			this.last = now;
			this.sink.offer(now);
			return news;
		}

		@Override
		public void onLost(String reason) {
			this.sink.lost(reason);
		}

	}

	/**
	 * Several documents. While what lies below their prefix is small, each answer holds
	 * them; else they are read when something changes there.
	 */
	private final class SetWatch implements WatchLoop.Watch {

		private final Set<DocumentId> ids;

		private final Watches.Sink<ConfigDocuments> sink;

		private @Nullable ConfigDocuments last;

		private boolean whole;

		private boolean tooLarge;

		SetWatch(Set<DocumentId> ids, Watches.Sink<ConfigDocuments> sink) {
			this.ids = ids;
			this.sink = sink;
		}

		@Override
		public ConsulRequest request() {
			String prefix = ConfigWatches.this.reader.prefix(this.ids);
			return this.whole ? ConsulRequest.key(prefix).with("recurse") : names(prefix);
		}

		@Override
		public boolean takesPart() {
			return true;
		}

		@Override
		public boolean onAnswer(ConsulAnswer answer) {
			ConfigDocuments known = (this.last != null) ? this.last : ConfigDocuments.NONE;
			ConfigDocuments now = told(answer, known);
			this.tooLarge |= !answer.whole() || answer.body().length() > MAX_WHOLE;
			this.whole = !this.tooLarge;
			boolean news = !now.equals(this.last);
			this.last = now;
			this.sink.offer(now);
			return news;
		}

		/** What the answer holds, unless it lacks what may merely have been left out. */
		private ConfigDocuments told(ConsulAnswer answer, ConfigDocuments known) {
			if (this.whole && answer.whole()) {
				ConfigDocuments told = ConfigWatches.this.reader.among(this.ids, answer);
				if (this.ids.stream().noneMatch((id) -> known.find(id).isPresent() && told.find(id).isEmpty())) {
					return told;
				}
			}
			return ConfigWatches.this.reader.read(this.ids, known);
		}

		@Override
		public void onLost(String reason) {
			this.whole = false;
			this.sink.lost(reason);
		}

	}

	/** Tells the detector of a namespace that something has changed there. */
	private final class NamespaceWatch implements WatchLoop.Watch {

		private final String namespace;

		private final ChangeDetector<Set<DocumentId>, ConfigDocuments> detector;

		NamespaceWatch(String namespace, ChangeDetector<Set<DocumentId>, ConfigDocuments> detector) {
			this.namespace = namespace;
			this.detector = detector;
		}

		@Override
		public ConsulRequest request() {
			return names(ConfigWatches.this.keys.namespace(this.namespace));
		}

		@Override
		public boolean takesPart() {
			return true;
		}

		@Override
		public long pauseMillis() {
			return PAUSE_MILLIS;
		}

		@Override
		public boolean onAnswer(ConsulAnswer answer) {
			this.detector.found(this);
			this.detector.hint();
			return true;
		}

		@Override
		public void onLost(String reason) {
			this.detector.lost(this, reason);
		}

	}

	/** Finds out for many sets at once which have changed. */
	private final class SetReader implements ChangeReader<Set<DocumentId>, ConfigDocuments> {

		@Override
		public Set<Set<DocumentId>> changed(Map<Set<DocumentId>, ConfigDocuments> known, int watched) {
			Map<DocumentId, ConfigDocuments> documents = new HashMap<>();
			known.forEach((ids, state) -> ids.forEach((id) -> documents.put(id, state)));
			Set<DocumentId> changed = ConfigWatches.this.reader.changed(documents);
			Set<Set<DocumentId>> sets = new HashSet<>();
			known.forEach((ids, state) -> {
				// A document may be in several sets, of which some know more than others.
				if (ids.stream()
					.anyMatch((id) -> changed.contains(id)
							|| !state.find(id).equals(documents.getOrDefault(id, state).find(id)))) {
					sets.add(ids);
				}
			});
			return sets;
		}

		@Override
		public ConfigDocuments read(Set<DocumentId> ids, @Nullable ConfigDocuments known) {
			return ConfigWatches.this.reader.read(ids, (known != null) ? known : ConfigDocuments.NONE);
		}

	}

}
