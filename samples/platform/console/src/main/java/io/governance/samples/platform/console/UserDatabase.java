package io.governance.samples.platform.console;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;

import org.h2.tools.Server;

/**
 * The database that all instances share, in memory.
 */
final class UserDatabase implements AutoCloseable {

	private static final String USER = "platform";

	private final String name = "mem:" + UUID.randomUUID();

	private final String password = UUID.randomUUID().toString();

	private final Connection keeper;

	private final Server server;

	/** Made within this process, so that the server makes none for whoever asks. */
	UserDatabase() throws SQLException {
		this.keeper = DriverManager.getConnection("jdbc:h2:" + this.name, USER, this.password);
		this.server = Server.createTcpServer("-tcpPort", "0").start();
	}

	/**
	 * How services find it, as variables of their environment: other users of the machine
	 * can read the arguments of a process.
	 */
	Map<String, String> environment() {
		return Map.of("SPRING_DATASOURCE_URL", "jdbc:h2:tcp://127.0.0.1:" + this.server.getPort() + "/" + this.name,
				"SPRING_DATASOURCE_USERNAME", USER, "SPRING_DATASOURCE_PASSWORD", this.password);
	}

	@Override
	public void close() {
		try {
			this.keeper.close();
		}
		catch (SQLException ex) {
			// It is gone with this process at the latest.
		}
		this.server.stop();
	}

}
