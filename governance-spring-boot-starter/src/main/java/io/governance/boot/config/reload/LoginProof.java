package io.governance.boot.config.reload;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import javax.sql.DataSource;

import io.governance.DaemonThreads;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.util.PropertyElf;
import com.zaxxer.hikari.util.UtilityElf;
import org.jspecify.annotations.Nullable;

/**
 * Opens one connection as a pool would, to see whether a user and a password are taken.
 * No driver is trusted to keep to a time: it is asked on a thread of its own, which is
 * left behind if it does not come back.
 */
final class LoginProof {

	private final HikariConfig pool;

	private final @Nullable String user;

	private final @Nullable String password;

	LoginProof(HikariConfig pool, @Nullable String user, @Nullable String password) {
		this.pool = pool;
		this.user = user;
		this.password = password;
	}

	/**
	 * Whether the pool tells where its connections come from. A JNDI name does not.
	 */
	boolean isPossible() {
		return this.pool.getDataSource() != null || this.pool.getDataSourceClassName() != null
				|| this.pool.getJdbcUrl() != null;
	}

	/**
	 * Opens and closes a connection.
	 * @param bound how long that may take
	 * @return what is wrong, without anything that the driver says, or {@code null}
	 */
	@Nullable String failure(Duration bound) {
		FutureTask<Void> task = new FutureTask<>(() -> {
			// Whoever comes too late closes it, too.
			try (Connection connection = open()) {
				Objects.requireNonNull(connection);
			}
			return null;
		});
		new DaemonThreads("governance-login-proof").newThread(task).start();
		try {
			task.get(bound.toMillis(), TimeUnit.MILLISECONDS);
			return null;
		}
		catch (TimeoutException ex) {
			task.cancel(true);
			return "cannot be proved: the database has not answered within " + bound.toMillis() + " ms";
		}
		catch (ExecutionException ex) {
			Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
			// The message may name the URL and the user.
			return (cause instanceof SQLException failure)
					? "is refused by the database (SQL state " + failure.getSQLState() + ")"
					: "cannot be proved: " + cause.getClass().getName();
		}
		catch (InterruptedException ex) {
			task.cancel(true);
			Thread.currentThread().interrupt();
			return "cannot be proved: this thread was interrupted";
		}
	}

	private @Nullable Connection open() throws SQLException {
		DataSource dataSource = this.pool.getDataSource();
		String className = this.pool.getDataSourceClassName();
		if (dataSource == null && className != null) {
			dataSource = UtilityElf.createInstance(className, DataSource.class);
			PropertyElf.setTargetFromProperties(dataSource, this.pool.getDataSourceProperties());
		}
		if (dataSource != null) {
			return (this.user != null) ? dataSource.getConnection(this.user, this.password)
					: dataSource.getConnection();
		}
		Properties properties = new Properties();
		properties.putAll(this.pool.getDataSourceProperties());
		putIfSet(properties, "user", this.user);
		putIfSet(properties, "password", this.password);
		return DriverManager.getDriver(this.pool.getJdbcUrl()).connect(this.pool.getJdbcUrl(), properties);
	}

	private static void putIfSet(Properties properties, String key, @Nullable String value) {
		if (value != null) {
			properties.put(key, value);
		}
	}

}
