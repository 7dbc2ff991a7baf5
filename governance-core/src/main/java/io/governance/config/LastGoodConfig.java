package io.governance.config;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

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

	private final List<DocumentId> layers;

	private final String release;

	/**
	 * A last good config.
	 * @param release the release of the application, which judges anew what another one
	 * has refused; empty if it is not known
	 */
	LastGoodConfig(@Nullable SnapshotCache cache, DocumentParser parser, List<DocumentId> layers, String release) {
		this.cache = cache;
		this.parser = parser;
		this.layers = layers;
		this.release = release;
	}

	/**
	 * The snapshot that was kept, if there is one and it can be used. Documents that are
	 * not read any more are left out.
	 * @param known a snapshot that shares its documents
	 */
	Optional<Kept> find(ConfigSnapshot known) {
		SnapshotCache.Entry entry = (this.cache != null) ? this.cache.load().orElse(null) : null;
		if (entry == null) {
			return Optional.empty();
		}
		ConfigDocuments kept = entry.documents();
		ConfigDocuments read = ConfigDocuments
			.of(kept.documents().values().stream().filter((document) -> this.layers.contains(document.id())).toList());
		if (read.documents().isEmpty() && !kept.documents().isEmpty()) {
			logger.warn("Cached config is of no use: it holds only documents that this application does not read");
			return Optional.empty();
		}
		try {
			return Optional.of(new Kept(this.parser.parse(read, known), entry.time()));
		}
		catch (InvalidConfigException ex) {
			logger.warn("Cached config is of no use: {}", ex.getMessage());
			return Optional.empty();
		}
	}

	/**
	 * Keeps a snapshot in the place of the one before.
	 */
	void keep(ConfigSnapshot snapshot, Instant time) {
		if (this.cache != null) {
			this.cache.save(snapshot.documents(), time);
		}
	}

	/**
	 * Notes that the application refused documents.
	 * @param reason where and why
	 */
	void refuse(ConfigDocuments documents, Instant time, String reason) {
		if (this.cache != null) {
			write(this.cache.refusal(), RefusedConfig.of(documents, this.layers, this.release, time, reason));
		}
	}

	/**
	 * Whether documents are those that the application refused last. What another release
	 * has refused is tried once by this one.
	 */
	Optional<RefusedConfig> refused(ConfigDocuments documents) {
		if (this.cache == null) {
			return Optional.empty();
		}
		PrivateFile file = this.cache.refusal();
		try {
			RefusedConfig refused = RefusedConfig.decode(file.read());
			if (!refused.covers(documents, this.layers)) {
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
	 * Forgets what was refused, since what is stored is good now.
	 */
	void acceptAll() {
		if (this.cache != null) {
			this.cache.refusal().delete();
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
	 * @param snapshot the snapshot
	 * @param time when it was kept
	 */
	record Kept(ConfigSnapshot snapshot, Instant time) {
	}

}
