package io.governance.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

import io.governance.Subscription;
import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.backend.BackendFactory;
import io.governance.backend.Capability;
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
import io.governance.lock.DistributedLock;
import io.governance.registry.Discovery;
import io.governance.registry.Registry;

/**
 * A backend that holds documents in memory and delivers them on the thread that says so:
 * what is measured is all on one thread, and nothing of it is a server's.
 */
public final class MemoryBackend implements BackendFactory, Backend, ConfigStore {

	private static final Map<DocumentId, ConfigDocument> documents = new ConcurrentHashMap<>();

	private static final List<ConfigListener> listeners = new CopyOnWriteArrayList<>();

	/** Creates a factory of the one backend that there is. */
	public MemoryBackend() {
	}

	static void clear() {
		documents.clear();
	}

	static void put(ConfigDocument document) {
		documents.put(document.id(), document);
	}

	static ConfigDocuments all() {
		return ConfigDocuments.of(documents.values());
	}

	static void deliver(ConfigDocuments event) {
		listeners.forEach((listener) -> listener.onDocuments(event));
	}

	@Override
	public String name() {
		return "memory";
	}

	@Override
	public Backend create(BackendEnvironment environment) {
		return this;
	}

	@Override
	public Set<Capability> capabilities() {
		return Set.of();
	}

	@Override
	public ConfigStore config() {
		return this;
	}

	@Override
	public ConfigDocuments get(Set<DocumentId> ids) {
		List<ConfigDocument> found = new ArrayList<>(documents.values());
		found.removeIf((document) -> !ids.contains(document.id()));
		return ConfigDocuments.of(found);
	}

	@Override
	public Subscription watch(Set<DocumentId> ids, ConfigListener listener) {
		listener.onDocuments(get(ids));
		listeners.add(listener);
		return () -> listeners.remove(listener);
	}

	@Override
	public Registry registry() {
		throw new UnsupportedOperationException();
	}

	@Override
	public Discovery discovery() {
		throw new UnsupportedOperationException();
	}

	@Override
	public DistributedLock lock() {
		throw new UnsupportedOperationException();
	}

	@Override
	public PublishLimits limits() {
		throw new UnsupportedOperationException();
	}

	@Override
	public Optional<ConfigDocument> version(HistoryEntry entry) {
		throw new UnsupportedOperationException();
	}

	@Override
	public List<DocumentId> list(String namespace, String group) {
		throw new UnsupportedOperationException();
	}

	@Override
	public List<Revision> publish(List<Publication> publications, Author author) {
		throw new UnsupportedOperationException();
	}

	@Override
	public List<HistoryEntry> history(DocumentId id, int limit) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void close() {
	}

}
