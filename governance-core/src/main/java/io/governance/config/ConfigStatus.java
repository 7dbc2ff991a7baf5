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
 * @param problem why the backend could not be asked at start, or {@code null} if it could
 * or can be reached by now
 * @param rejection why what is stored is not in force, or {@code null} if it is
 */
public record ConfigStatus(Source source, Instant since, ConnectionState connection, @Nullable String problem,
		@Nullable ConfigRejection rejection) {

	static ConfigStatus loaded(Instant time) {
		return new ConfigStatus(Source.BACKEND, time, ConnectionState.CONNECTED, null, null);
	}

	ConfigStatus with(ConnectionState connection) {
		return new ConfigStatus(this.source, this.since, connection,
				(connection == ConnectionState.CONNECTED) ? null : this.problem, this.rejection);
	}

	ConfigStatus recovered() {
		return new ConfigStatus(this.source, this.since, this.connection, this.problem, null);
	}

	ConfigStatus with(ConfigRejection rejection) {
		return new ConfigStatus(this.source, this.since, this.connection, this.problem, rejection);
	}

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
