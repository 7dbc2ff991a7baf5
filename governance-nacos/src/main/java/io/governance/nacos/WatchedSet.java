package io.governance.nacos;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.governance.backend.support.Watches;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.DocumentId;

/**
 * Documents that are watched together, told as a whole. Belongs to the loop of
 * {@link ConfigWatches}.
 */
final class WatchedSet {

	private final Set<DocumentId> ids;

	private final Watches.Sink<ConfigDocuments> sink;

	private final Map<DocumentId, WatchedDocument> all;

	private boolean stale = true;

	WatchedSet(Set<DocumentId> ids, Watches.Sink<ConfigDocuments> sink, Map<DocumentId, WatchedDocument> all) {
		this.ids = ids;
		this.sink = sink;
		this.all = all;
	}

	Set<DocumentId> ids() {
		return this.ids;
	}

	/** One of the documents is another one. */
	void changed() {
		this.stale = true;
	}

	/** Their state cannot be known. */
	void lost(String reason) {
		this.stale = true;
		this.sink.lost(reason);
	}

	/** Tells the whole set if all of it is known, and is not what was told last. */
	void tell() {
		List<WatchedDocument> known = new ArrayList<>(this.ids.size());
		for (DocumentId id : this.ids) {
			WatchedDocument watched = Objects.requireNonNull(this.all.get(id));
			if (watched.problem != null) {
				lost(watched.problem);
				return;
			}
			if (watched.dirty || !watched.listened) {
				return;
			}
			known.add(watched);
		}
		if (this.stale) {
			this.stale = false;
			this.sink.offer(ConfigDocuments.of(documents(known)));
		}
	}

	private static Collection<ConfigDocument> documents(List<WatchedDocument> watched) {
		List<ConfigDocument> documents = new ArrayList<>();
		for (WatchedDocument one : watched) {
			DocumentState known = one.known;
			if (known != null && known.document() != null) {
				documents.add(known.document());
			}
		}
		return documents;
	}

}
