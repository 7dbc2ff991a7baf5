package io.governance.nacos;

import java.util.LinkedHashSet;
import java.util.Set;

import com.alibaba.nacos.api.config.remote.request.ConfigChangeNotifyRequest;
import org.jspecify.annotations.Nullable;

import io.governance.config.DocumentId;

/**
 * A document that somebody watches, as {@link ConfigWatches} knows it. Belongs to its
 * loop; what is known may be read by others.
 */
final class WatchedDocument {

	private final DocumentId id;

	final Set<WatchedSet> sets = new LinkedHashSet<>();

	volatile @Nullable DocumentState known;

	volatile int knownOn;

	boolean listened;

	boolean dirty = true;

	@Nullable String problem;

	@Nullable Long doubtedSince;

	WatchedDocument(DocumentId id) {
		this.id = id;
	}

	DocumentId id() {
		return this.id;
	}

	boolean isNamed(ConfigChangeNotifyRequest change) {
		String namespace = change.getTenant();
		boolean unnamed = namespace == null || namespace.isEmpty();
		return this.id.name().equals(change.getDataId()) && NacosNames.group(this.id.group()).equals(change.getGroup())
				&& NacosNames.namespace(this.id.namespace())
					.equals(unnamed ? NacosNames.namespace(DocumentId.DEFAULT) : namespace);
	}

	void take(DocumentState state, int connection) {
		this.knownOn = connection;
		this.dirty = false;
		this.problem = null;
		this.doubtedSince = null;
		this.known = state;
		this.sets.forEach(WatchedSet::changed);
	}

}
