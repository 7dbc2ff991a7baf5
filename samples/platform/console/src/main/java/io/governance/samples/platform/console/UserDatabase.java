package io.governance.samples.platform.console;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

import org.h2.tools.Server;

/**
 * The database that all instances share, in memory.
 */
final class UserDatabase implements AutoCloseable {

	private final Server server;

	private final Connection keeper;

	UserDatabase() throws SQLException {
		this.server = Server.createTcpServer("-tcpPort", "0", "-ifNotExists").start();
		this.keeper = DriverManager.getConnection(url());
	}

	/** Where services find it. */
	String url() {
		return "jdbc:h2:tcp://127.0.0.1:" + this.server.getPort() + "/mem:platform;DB_CLOSE_DELAY=-1";
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
