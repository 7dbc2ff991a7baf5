package io.governance.etcd;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;

import io.governance.Subscription;
import io.governance.backend.support.ConnectionLog;
import io.governance.backend.support.Watches;
import io.governance.config.Author;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.ConfigStore;
import io.governance.config.DocumentId;
import io.governance.config.HistoryEntry;
import io.governance.config.Publication;
import io.governance.config.PublishLimits;
import io.governance.config.Revision;

/**
 * Documents as keys, {@code config/{namespace}/{group}/{document}}. A namespace is
 * watched by one watch, however many of its documents are, and only those are read.
 */
final class EtcdConfigStore implements ConfigStore {

	/**
	 * A request of etcd's may have 1.5 MiB and 128 operations, of which each document
	 * needs two. The rest of the bytes is for keys and for what the history tells.
	 */
	static final PublishLimits LIMITS = new PublishLimits(1024 * 1024, EtcdReader.MAX_OPS / 2, 1280 * 1024);

	private final EtcdClient client;

	private final EtcdReader reader;

	private final Keys keys;

	private final EtcdHistory history;

	private final EtcdPublisher publisher;

	private final Watches<Set<DocumentId>, ConfigDocuments> watches;

	private final RangeFeeds<ConfigDocument> feeds;

	EtcdConfigStore(EtcdClient client, EtcdReader reader, Keys keys, InstantSource clock, RandomGenerator random,
			WatchLoop loop, Executor listeners, ConnectionLog log) {
		this.client = client;
		this.reader = reader;
		this.keys = keys;
		this.history = new EtcdHistory(client, reader, keys);
		this.publisher = new EtcdPublisher(client, reader, keys, this.history, clock, random);
		this.feeds = new RangeFeeds<>(loop, true, EtcdConfigStore::decode, null);
		this.watches = new Watches<>(listeners, log, ConfigDocuments::sameContent, this::watchKeys);
	}

	private static ConfigDocument decode(String key, byte[] value, long modified) {
		String[] parts = key.split("/", -1);
		int last = parts.length - 1;
		return ConfigDocument.of(new DocumentId(parts[last - 2], parts[last - 1], parts[last]), value,
				Revision.of(modified));
	}

	@Override
	public ConfigDocuments get(Set<DocumentId> ids) {
		checkNamespace(ids);
		if (ids.isEmpty()) {
			return ConfigDocuments.NONE;
		}
		Snapshot snapshot = this.client.await("read documents", this.reader.read(keysOf(ids)));
		List<ConfigDocument> documents = new ArrayList<>();
		snapshot.entries().forEach((key, entry) -> documents.add(decode(key, entry.value(), entry.modified())));
		return ConfigDocuments.of(documents);
	}

	private static void checkNamespace(Set<DocumentId> ids) {
		Set<String> namespaces = new TreeSet<>();
		ids.forEach((id) -> namespaces.add(id.namespace()));
		if (namespaces.size() > 1) {
			throw new IllegalArgumentException(
					"Documents of several namespaces at once, " + namespaces + ": ask for each namespace on its own");
		}
	}

	private Set<String> keysOf(Set<DocumentId> ids) {
		Set<String> keys = new HashSet<>();
		ids.forEach((id) -> keys.add(this.keys.document(id)));
		return keys;
	}

	@Override
	public Subscription watch(Set<DocumentId> ids, ConfigListener listener) {
		Set<DocumentId> wanted = Set.copyOf(ids);
		checkNamespace(wanted);
		String what = (wanted.size() <= 3) ? new TreeSet<>(wanted).toString() : wanted.size() + " documents";
		return this.watches.watch(wanted, what, listener::onDocuments, listener::onConnection);
	}

	private Subscription watchKeys(Set<DocumentId> ids, Watches.Sink<ConfigDocuments> sink) {
		String namespace = ids.stream().findAny().map(DocumentId::namespace).orElse(DocumentId.DEFAULT);
		Interest interest = new Interest(keysOf(ids), KeyRange.below(this.keys.documents(namespace)));
		return this.feeds.watch(new Subscriber<>(interest,
				(documents) -> sink.offer(ConfigDocuments.of(documents.values())), sink::lost));
	}

	@Override
	public PublishLimits limits() {
		return LIMITS;
	}

	@Override
	public List<DocumentId> list(String namespace, String group) {
		new DocumentId(namespace, group, "any");
		String home = this.keys.documents(namespace, group);
		Snapshot snapshot = this.client.await("list documents", this.reader.readKeys(KeyRange.below(home)));
		List<DocumentId> ids = new ArrayList<>();
		for (String key : snapshot.entries().keySet()) {
			try {
				ids.add(new DocumentId(namespace, group, key.substring(home.length())));
			}
			catch (IllegalArgumentException ex) {
				// Whatever else somebody keeps there is no document.
			}
		}
		ids.sort(null);
		return List.copyOf(ids);
	}

	@Override
	public List<String> groups(String namespace) {
		new DocumentId(namespace, DocumentId.DEFAULT, "any");
		String home = this.keys.documents(namespace);
		Snapshot snapshot = this.client.await("list groups", this.reader.readKeys(KeyRange.below(home)));
		Set<String> groups = new TreeSet<>();
		for (String key : snapshot.entries().keySet()) {
			String[] parts = key.substring(home.length()).split("/", 2);
			try {
				groups.add(new DocumentId(namespace, parts[0], (parts.length > 1) ? parts[1] : "").group());
			}
			catch (IllegalArgumentException ex) {
				// Whatever else somebody keeps there is no document.
			}
		}
		return List.copyOf(groups);
	}

	@Override
	public List<Revision> publish(List<Publication> publications, Author author) {
		LIMITS.check(publications);
		return this.publisher.publish(publications, author);
	}

	@Override
	public List<HistoryEntry> history(DocumentId id, int limit) {
		return (limit > 0) ? this.history.entries(id, limit) : List.of();
	}

	@Override
	public Optional<ConfigDocument> version(HistoryEntry entry) {
		return this.history.version(entry);
	}

	@Override
	public void close() {
		this.watches.close();
	}

}
