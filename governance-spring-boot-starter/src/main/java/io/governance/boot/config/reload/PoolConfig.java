package io.governance.boot.config.reload;

import java.util.Objects;

import com.zaxxer.hikari.HikariConfig;

/**
 * What the config says of a Hikari pool. Its {@link #toString()} shows nothing.
 *
 * @param settings what can be set while it runs
 * @param source where its connections come from
 */
record PoolConfig(PoolSettings settings, PoolSource source) {

	/** Whether it names the user and the password that the pool has. */
	boolean isLoginOf(HikariConfig pool) {
		return Objects.equals(this.settings.username(), pool.getUsername())
				&& Objects.equals(this.settings.password(), pool.getPassword());
	}

	@Override
	public String toString() {
		return "PoolConfig";
	}

}
