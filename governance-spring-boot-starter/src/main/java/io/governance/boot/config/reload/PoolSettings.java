package io.governance.boot.config.reload;

import org.jspecify.annotations.Nullable;

/**
 * What can be set of a running Hikari pool, times in milliseconds. What is {@code null}
 * is not set. Its {@link #toString()} shows nothing.
 */
record PoolSettings(@Nullable Integer maximumPoolSize, @Nullable Integer minimumIdle, @Nullable Long connectionTimeout,
		@Nullable Long idleTimeout, @Nullable Long maxLifetime, @Nullable Long validationTimeout,
		@Nullable Long leakDetectionThreshold, @Nullable String username, @Nullable String password) {

	PoolSettings withCredentials(@Nullable String username, @Nullable String password) {
		return new PoolSettings(this.maximumPoolSize, this.minimumIdle, this.connectionTimeout, this.idleTimeout,
				this.maxLifetime, this.validationTimeout, this.leakDetectionThreshold, username, password);
	}

	@Override
	public String toString() {
		return "PoolSettings";
	}

}
