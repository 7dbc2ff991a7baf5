package io.governance.operations;

import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.governance.BackendUnavailableException;
import io.governance.Subscription;
import io.governance.backend.Backend;
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
 * A backend that can do less than the local one that it is made of: no document together
 * with another, nothing on the condition that it is absent, nothing empty.
 */
final class SimpleBackend implements Backend, ConfigStore {

	private final Backend local;

	private volatile int publishesUntilItFails = Integer.MAX_VALUE;

	private volatile Error error;

	private volatile Runnable meanwhile = () -> {
	};

	SimpleBackend(Backend local) {
		this.local = local;
	}

	void breakWith(Error error) {
		this.error = error;
	}

	/** Lets somebody else do something between the next publication and what follows. */
	void afterNextPublication(Runnable meanwhile) {
		this.meanwhile = meanwhile;
	}

	void failAfter(int publishes) {
		this.publishesUntilItFails = publishes;
	}

	@Override
	public String name() {
		return "simple";
	}

	@Override
	public Set<Capability> capabilities() {
		return EnumSet.of(Capability.LIST, Capability.HISTORY);
	}

	@Override
	public ConfigStore config() {
		return this;
	}

	@Override
	public List<Revision> publish(List<Publication> publications, Author author) {
		Publication publication = publications.get(0);
		boolean conditional = publication.expected() != null
				&& (publication.deletes() || Revision.ABSENT.equals(publication.expected()));
		if (publications.size() > 1 || conditional) {
			throw new UnsupportedOperationException("asked for what is not declared");
		}
		if (this.error != null) {
			throw this.error;
		}
		if (this.publishesUntilItFails-- <= 0) {
			throw new BackendUnavailableException("simple", "is gone", null);
		}
		List<Revision> revisions = this.local.config().publish(publications, author);
		Runnable others = this.meanwhile;
		this.meanwhile = () -> {
		};
		others.run();
		return revisions;
	}

	@Override
	public ConfigDocuments get(Set<DocumentId> ids) {
		return this.local.config().get(ids);
	}

	@Override
	public Subscription watch(Set<DocumentId> ids, ConfigListener listener) {
		return this.local.config().watch(ids, listener);
	}

	@Override
	public PublishLimits limits() {
		return this.local.config().limits();
	}

	@Override
	public List<DocumentId> list(String namespace, String group) {
		return this.local.config().list(namespace, group);
	}

	@Override
	public List<String> groups(String namespace) {
		return this.local.config().groups(namespace);
	}

	@Override
	public List<HistoryEntry> history(DocumentId id, int limit) {
		return this.local.config().history(id, limit);
	}

	@Override
	public Optional<ConfigDocument> version(HistoryEntry entry) {
		return this.local.config().version(entry);
	}

	@Override
	public Registry registry() {
		return this.local.registry();
	}

	@Override
	public Discovery discovery() {
		return this.local.discovery();
	}

	@Override
	public DistributedLock lock() {
		return this.local.lock();
	}

	@Override
	public void close() {
	}

}
