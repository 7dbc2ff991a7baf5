package io.governance.samples.platform.console;

import java.util.List;

import io.governance.testservers.TestServer;

/**
 * A server in a process of its own.
 */
record RealRegistry(TestServer server, List<String> properties) implements RegistryServer {

	@Override
	public void stop() {
		this.server.stop();
	}

	@Override
	public void restore() {
		this.server.start();
	}

	@Override
	public void close() {
		this.server.close();
	}

}
