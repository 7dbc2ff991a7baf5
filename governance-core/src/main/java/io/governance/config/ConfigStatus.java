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
 * @param pending the change that is being applied, or {@code null} if none is
 */
public record ConfigStatus(Source source, Instant since, ConnectionState connection, @Nullable String problem,
		@Nullable ConfigRejection rejection, @Nullable PendingChange pending) {

	static ConfigStatus loaded(Instant time) {
		return new ConfigStatus(Source.BACKEND, time, ConnectionState.CONNECTED, null, null, null);
	}

	ConfigStatus with(ConnectionState connection) {
		return new ConfigStatus(this.source, this.since, connection,
				(connection == ConnectionState.CONNECTED) ? null : this.problem, this.rejection, null);
	}

	ConfigStatus applied(Instant time) {
		return new ConfigStatus(Source.BACKEND, time, this.connection, this.problem, null, null);
	}

	ConfigStatus recovered() {
		return new ConfigStatus(this.source, this.since, this.connection, this.problem, null, null);
	}

	ConfigStatus with(ConfigRejection rejection) {
		return new ConfigStatus(this.source, this.since, this.connection, this.problem, rejection, null);
	}

	ConfigStatus with(@Nullable PendingChange pending) {
		return (pending == null) ? this
				: new ConfigStatus(this.source, this.since, this.connection, this.problem, this.rejection, pending);
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
