package io.governance.config;

import java.time.Instant;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshot that the application worked with last, kept on disk. Not thread-safe.
 */
final class LastGoodConfig {

	private static final Logger logger = LoggerFactory.getLogger(LastGoodConfig.class);

	private final @Nullable SnapshotCache cache;

	private final DocumentParser parser;

	private final Set<DocumentId> layers;

	LastGoodConfig(@Nullable SnapshotCache cache, DocumentParser parser, Set<DocumentId> layers) {
		this.cache = cache;
		this.parser = parser;
		this.layers = layers;
	}

	/**
	 * The snapshot that was kept, if there is one and it can be used.
	 * @param known a snapshot that shares its documents
	 */
	Optional<Kept> find(ConfigSnapshot known) {
		SnapshotCache.Entry entry = (this.cache != null) ? this.cache.load().orElse(null) : null;
		if (entry == null) {
			return Optional.empty();
		}
		if (!this.layers.containsAll(entry.documents().documents().keySet())) {
			logger.warn("Cached config is of no use: it holds documents that this application does not read");
			return Optional.empty();
		}
		try {
			return Optional.of(new Kept(this.parser.parse(entry.documents(), known), entry.time()));
		}
		catch (InvalidConfigException ex) {
			logger.warn("Cached config is of no use: {}", ex.getMessage());
			return Optional.empty();
		}
	}

	void keep(ConfigSnapshot snapshot, Instant time) {
		if (this.cache != null) {
			this.cache.save(snapshot.documents(), time);
		}
	}

	/**
	 * What was kept.
	 *
	 * @param snapshot the snapshot
	 * @param time when it was kept
	 */
	record Kept(ConfigSnapshot snapshot, Instant time) {
	}

}
