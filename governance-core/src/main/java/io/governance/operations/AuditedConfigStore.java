package io.governance.operations;

import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.governance.Subscription;
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
 * A store that checks and audits what is published.
 */
final class AuditedConfigStore implements ConfigStore {

	private final ConfigStore store;

	private final ConfigOperations operations;

	AuditedConfigStore(ConfigStore store, ConfigOperations operations) {
		this.store = store;
		this.operations = operations;
	}

	@Override
	public ConfigDocuments get(Set<DocumentId> ids) {
		return this.store.get(ids);
	}

	@Override
	public Subscription watch(Set<DocumentId> ids, ConfigListener listener) {
		return this.store.watch(ids, listener);
	}

	@Override
	public PublishLimits limits() {
		return this.store.limits();
	}

	@Override
	public List<DocumentId> list(String namespace, String group) {
		return this.store.list(namespace, group);
	}

	@Override
	public List<String> groups(String namespace) {
		return this.store.groups(namespace);
	}

	@Override
	public List<Revision> publish(List<Publication> publications, Author author) {
		return this.operations.publish(publications, author, PublishMode.CHECKED);
	}

	@Override
	public List<HistoryEntry> history(DocumentId id, int limit) {
		return this.store.history(id, limit);
	}

	@Override
	public Optional<ConfigDocument> version(HistoryEntry entry) {
		return this.store.version(entry);
	}

	@Override
	public void close() {
	}

}
