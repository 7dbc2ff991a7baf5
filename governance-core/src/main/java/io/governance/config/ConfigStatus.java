package io.governance.config;

import java.time.Instant;

import io.governance.ConnectionState;
import org.jspecify.annotations.Nullable;

/**
 * How the config of this process is doing.
 *
 * @param source where the snapshot in force came from
 * @param since when it was loaded or applied; for a cached one, when it was cached
 * @param connection whether the backend can be reached
 * @param rejection why what is stored is not in force, or {@code null} if it is
 */
public record ConfigStatus(Source source, Instant since, ConnectionState connection,
		@Nullable ConfigRejection rejection) {

	/** Where a snapshot comes from. */
	public enum Source {

		/** Nothing was loaded. */
		NONE,

		/** The backend. */
		BACKEND,

		/** The last good snapshot on disk. */
		CACHE

	}

}
