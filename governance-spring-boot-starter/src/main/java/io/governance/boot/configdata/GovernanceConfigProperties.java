package io.governance.boot.configdata;

import java.nio.file.Path;
import java.time.Duration;

import io.governance.backend.support.HomeDirectory;
import io.governance.config.DocumentId;
import io.governance.config.SnapshotCache;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the config centre.
 *
 * @param enabled Whether remote config is read at all.
 * @param backend Name of the backend that keeps the documents. By default that of
 * 'governance.backend'.
 * @param group Group of the documents.
 * @param onInvalid What to do at start when the stored config cannot be used.
 * @param cache Last good config, kept on disk.
 * @param settle How long changes are gathered to be applied as one; a stream without a
 * pause is applied after five times that time.
 */
@ConfigurationProperties("governance.config")
public record GovernanceConfigProperties(@DefaultValue("true") boolean enabled, @Nullable String backend,
		@DefaultValue(DocumentId.DEFAULT) String group, @DefaultValue("last-good") OnInvalid onInvalid,
		@DefaultValue Cache cache, @DefaultValue("0s") Duration settle) {

	/**
	 * Checks what was bound.
	 */
	public GovernanceConfigProperties {
		if (settle.isNegative()) {
			throw new IllegalArgumentException("governance.config.settle must not be negative");
		}
	}

	/** What to do at start when the stored config cannot be used. */
	public enum OnInvalid {

		/** Start from the last good config, if it was kept on disk. */
		LAST_GOOD,

		/** Do not start. */
		FAIL

	}

	/**
	 * Last good config, kept on disk.
	 *
	 * @param enabled Whether the last good config is kept on disk, readable by its owner
	 * only.
	 * @param directory Directory of the last good config; by default '.cache/governance'
	 * in the home directory of the user.
	 */
	public record Cache(@DefaultValue("true") boolean enabled, @Nullable Path directory) {

		/**
		 * Where something is kept between two starts.
		 * @param parts what it is, and of whom
		 * @return the cache, or {@code null} if nothing is to be kept on disk
		 */
		public @Nullable SnapshotCache open(String... parts) {
			Path place = place();
			return (this.enabled && place != null) ? new SnapshotCache(place, String.join("/", parts)) : null;
		}

		/**
		 * Where it is kept.
		 * @return the directory, {@code null} if none is set and the user has no home
		 */
		public @Nullable Path place() {
			return (this.directory != null) ? this.directory : HomeDirectory.cache();
		}

	}

}
