package io.governance.boot.config.reload;

import java.util.Map;
import java.util.Objects;

import com.zaxxer.hikari.HikariConfig;
import org.jspecify.annotations.Nullable;

/**
 * Where the connections of a Hikari pool come from, which only a restart can change. What
 * is {@code null} is not set. Its {@link #toString()} shows nothing.
 */
record PoolSource(@Nullable String jdbcUrl, @Nullable String driverClassName, @Nullable String dataSourceClassName,
		@Nullable String dataSourceJndi, @Nullable Map<String, String> dataSourceProperties) {

	PoolSource or(@Nullable String url, @Nullable String driver, @Nullable String jndiName) {
		return new PoolSource((this.jdbcUrl != null) ? this.jdbcUrl : url,
				(this.driverClassName != null) ? this.driverClassName : driver, this.dataSourceClassName,
				(this.dataSourceJndi != null) ? this.dataSourceJndi : jndiName, this.dataSourceProperties);
	}

	/**
	 * Whether a running pool may connect elsewhere.
	 * @param made what the config said when the pool was made; the pool may have been
	 * told otherwise
	 * @param pool the pool
	 */
	boolean differs(PoolSource made, HikariConfig pool) {
		return differs(this.jdbcUrl, made.jdbcUrl, pool.getJdbcUrl())
				|| differs(this.driverClassName, made.driverClassName, pool.getDriverClassName())
				|| differs(this.dataSourceClassName, made.dataSourceClassName, pool.getDataSourceClassName())
				|| differs(this.dataSourceJndi, made.dataSourceJndi, pool.getDataSourceJNDI())
				|| !Objects.equals(this.dataSourceProperties, made.dataSourceProperties);
	}

	private static boolean differs(@Nullable String wanted, @Nullable String made, @Nullable String actual) {
		return !Objects.equals(wanted, made) && !Objects.equals(wanted, actual);
	}

	@Override
	public String toString() {
		return "PoolSource";
	}

}
