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

	private final VariantLayers layers;

	LastGoodConfig(@Nullable SnapshotCache cache, DocumentParser parser, VariantLayers layers) {
		this.cache = cache;
		this.parser = parser;
		this.layers = layers;
	}

	/**
	 * The documents that were kept, whether or not they can be used.
	 */
	ConfigDocuments documents() {
		return load().map(SnapshotCache.Entry::documents).orElse(ConfigDocuments.NONE);
	}

	private Optional<SnapshotCache.Entry> load() {
		return (this.cache != null) ? this.cache.load() : Optional.empty();
	}

	/**
	 * What was kept, if there is something and it can be used.
	 * @param known a state that shares its documents
	 */
	Optional<Kept> find(ConfigState known) {
		SnapshotCache.Entry entry = load().orElse(null);
		if (entry == null) {
			return Optional.empty();
		}
		if (!entry.documents().documents().keySet().stream().allMatch(this.layers::knows)) {
			logger.warn("Cached config is of no use: it holds documents that this application does not read");
			return Optional.empty();
		}
		try {
			VariantLayers.Selection selection = this.layers.select(entry.documents(), () -> ConfigDocuments.NONE);
			return Optional.of(new Kept(this.parser.parse(selection, known), selection.wanted(), entry.time()));
		}
		catch (InvalidConfigException ex) {
			logger.warn("Cached config is of no use: {}", ex.getMessage());
			return Optional.empty();
		}
	}

	void keep(ConfigDocuments documents, Instant time) {
		if (this.cache != null) {
			this.cache.save(documents, time);
		}
	}

	/**
	 * What was kept.
	 *
	 * @param snapshots what follows from it
	 * @param wanted the documents to read for that
	 * @param time when it was kept
	 */
	record Kept(ConfigSnapshots snapshots, Set<DocumentId> wanted, Instant time) {

		ConfigDocuments documents() {
			return this.snapshots.instance().documents();
		}

	}

}
