package io.governance.consul;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
 * Documents in the key-value store, at {@code {root}/config/{namespace}/{group}/{name}}.
 */
final class ConsulConfigStore implements ConfigStore {

	/*
	 * Consul takes 64 operations and 512 KiB of JSON at once. A document needs up to four
	 * operations, and a third more bytes in base64; 32 KiB are left for names and the
	 * history.
	 */
	static final PublishLimits LIMITS = new PublishLimits(360_000, 16, 360_000);

	private final ConsulClient client;

	private final ConsulKeys keys;

	private final ConfigReader reader;

	private final ConsulPublisher publisher;

	private final ConsulHistory history;

	private final ConfigWatches source;

	private final Watches<Set<DocumentId>, ConfigDocuments> watches;

	ConsulConfigStore(ConsulClient client, InstantSource clock, RandomGenerator random, WatchThreads threads,
			Executor listeners, ConnectionLog log) {
		this.client = client;
		this.keys = new ConsulKeys(client.settings().root());
		this.reader = new ConfigReader(client, this.keys, false);
		this.publisher = new ConsulPublisher(client, this.keys, clock, random);
		this.history = new ConsulHistory(client, this.keys);
		this.source = new ConfigWatches(client, this.keys, new ConfigReader(client, this.keys, true), threads);
		this.watches = new Watches<>(listeners, log, ConfigDocuments::sameContent, this.source);
	}

	@Override
	public ConfigDocuments get(Set<DocumentId> ids) {
		checkNamespace(ids);
		return this.reader.read(ids, ConfigDocuments.NONE);
	}

	@Override
	public Subscription watch(Set<DocumentId> ids, ConfigListener listener) {
		checkNamespace(ids);
		String what = (ids.size() <= 3) ? ids.toString() : ids.size() + " documents";
		return this.watches.watch(Set.copyOf(ids), what, listener::onDocuments, listener::onConnection);
	}

	private static void checkNamespace(Set<DocumentId> ids) {
		if (ids.stream().map(DocumentId::namespace).distinct().count() > 1) {
			throw new IllegalArgumentException("Documents of several namespaces: read each namespace on its own");
		}
	}

	@Override
	public PublishLimits limits() {
		return LIMITS;
	}

	@Override
	public List<DocumentId> list(String namespace, String group) {
		new DocumentId(namespace, group, "any");
		String below = this.keys.group(namespace, group);
		ConsulAnswer answer = this.client.read(ConsulRequest.key(below).with("keys").with("separator=%2F"));
		if (answer.isAbsent()) {
			checkReadable(below);
			return List.of();
		}
		return answer.orFail()
			.array()
			.valueStream()
			.flatMap((key) -> this.keys.documentOf(namespace, group, key.asString("")).stream())
			.sorted()
			.toList();
	}

	@Override
	public List<String> groups(String namespace) {
		new DocumentId(namespace, DocumentId.DEFAULT, "any");
		String below = this.keys.namespace(namespace);
		ConsulAnswer answer = this.client.read(ConsulRequest.key(below).with("keys"));
		if (answer.isAbsent()) {
			checkReadable(below);
			return List.of();
		}
		return answer.orFail()
			.array()
			.valueStream()
			.flatMap((key) -> this.keys.documentBelow(namespace, key.asString("")).stream())
			.map(DocumentId::group)
			.distinct()
			.sorted()
			.toList();
	}

	/**
	 * Older versions of Consul list nothing, without a word, of what the token may not
	 * read; they refuse to read a key by its name, whether it is there or not.
	 */
	private void checkReadable(String key) {
		ConsulAnswer answer = this.client.read(ConsulRequest.key(key));
		if (!answer.isAbsent()) {
			answer.orFail();
		}
	}

	@Override
	public List<Revision> publish(List<Publication> publications, Author author) {
		LIMITS.check(publications);
		if (publications.isEmpty()) {
			return List.of();
		}
		List<Revision> revisions = this.publisher.publish(publications, author);
		publications.forEach((publication) -> this.history.prune(publication.id()));
		return revisions;
	}

	@Override
	public List<HistoryEntry> history(DocumentId id, int limit) {
		return this.history.entries(id, limit);
	}

	@Override
	public Optional<ConfigDocument> version(HistoryEntry entry) {
		return this.history.content(entry);
	}

	@Override
	public void close() {
		this.watches.close();
		this.source.close();
	}

}
