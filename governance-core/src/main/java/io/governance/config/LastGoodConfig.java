package io.governance.config;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

import io.governance.internal.PrivateFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshot that the application worked with last, and what it refused since, kept on
 * disk. Not thread-safe.
 */
final class LastGoodConfig {

	private static final Logger logger = LoggerFactory.getLogger(LastGoodConfig.class);

	private final @Nullable SnapshotCache cache;

	private final DocumentParser parser;

	private final VariantLayers layers;

	private final String release;

	/**
	 * A last good config.
	 * @param release the release of the application, which judges anew what another one
	 * has refused; empty if it is not known
	 */
	LastGoodConfig(@Nullable SnapshotCache cache, DocumentParser parser, VariantLayers layers, String release) {
		this.cache = cache;
		this.parser = parser;
		this.layers = layers;
		this.release = release;
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
	 * What was kept, if there is something and it can be used. Documents that are not
	 * read any more are left out.
	 * @param known a state that shares its documents
	 */
	Optional<Kept> find(ConfigState known) {
		SnapshotCache.Entry entry = load().orElse(null);
		if (entry == null) {
			return Optional.empty();
		}
		ConfigDocuments kept = entry.documents();
		ConfigDocuments read = ConfigDocuments
			.of(kept.documents().values().stream().filter((document) -> this.layers.knows(document.id())).toList());
		if (read.documents().isEmpty() && !kept.documents().isEmpty()) {
			logger.warn("Cached config is of no use: it holds only documents that this application does not read");
			return Optional.empty();
		}
		try {
			VariantLayers.Selection selection = this.layers.select(read, () -> ConfigDocuments.NONE);
			return Optional.of(new Kept(this.parser.parse(selection, known), selection.wanted(), entry.time()));
		}
		catch (InvalidConfigException ex) {
			logger.warn("Cached config is of no use: {}", ex.getMessage());
			return Optional.empty();
		}
	}

	/**
	 * Keeps documents in the place of those before.
	 */
	void keep(ConfigDocuments documents, Instant time) {
		if (this.cache != null) {
			this.cache.save(documents, time);
		}
	}

	/**
	 * Notes that the application refused documents.
	 * @param read which documents were read
	 * @param reason where and why
	 */
	void refuse(ConfigDocuments documents, Set<DocumentId> read, Instant time, String reason) {
		if (this.cache != null) {
			write(this.cache.refusal(), RefusedConfig.of(documents, read, this.release, time, reason));
		}
	}

	/**
	 * Whether documents are those that the application refused last. What another release
	 * has refused is tried once by this one.
	 * @param read which documents were read
	 */
	Optional<RefusedConfig> refused(ConfigDocuments documents, Set<DocumentId> read) {
		if (this.cache == null) {
			return Optional.empty();
		}
		PrivateFile file = this.cache.refusal();
		try {
			RefusedConfig refused = RefusedConfig.decode(file.read());
			if (!refused.covers(documents, read, this.layers::knows)) {
				return Optional.empty();
			}
			if (!refused.release().equals(this.release)) {
				// Says no the next time, unless it turns out to be good by then.
				write(file, refused.by(this.release));
				return Optional.empty();
			}
			return Optional.of(refused);
		}
		catch (NoSuchFileException ex) {
			return Optional.empty();
		}
		catch (IOException | RuntimeException ex) {
			logger.warn("Cannot tell from {} what was refused last: {}", file.path(), FailureTrace.describe(ex));
			return Optional.empty();
		}
	}

	/**
	 * Forgets what was refused, since what is stored is good now. What somebody refused
	 * who reads other variants is not for this one to forget.
	 * @param read which documents were read
	 */
	void acceptAll(Set<DocumentId> read) {
		if (this.cache == null) {
			return;
		}
		PrivateFile file = this.cache.refusal();
		try {
			if (RefusedConfig.decode(file.read()).isWithin(read, this.layers::knows)) {
				file.delete();
			}
		}
		catch (NoSuchFileException ex) {
			// Nothing was refused.
		}
		catch (IOException | RuntimeException ex) {
			file.delete();
		}
	}

	private static void write(PrivateFile file, RefusedConfig refused) {
		try {
			file.write(refused.encode());
		}
		catch (IOException | RuntimeException ex) {
			logger.warn("Cannot note in {} what was refused ({}): a restart may start with it", file.path(),
					ex.toString());
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
