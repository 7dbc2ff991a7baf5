package io.governance.testservers;

import java.nio.file.Path;

import org.jspecify.annotations.Nullable;

/**
 * A server that is used by every test: running, and not to be disturbed.
 */
final class SharedServer implements TestServer {

	private final String address;

	private final @Nullable TestServer own;

	/**
	 * Creates a shared server.
	 * @param address where it listens
	 * @param own the server behind it if this JVM started it
	 */
	SharedServer(String address, @Nullable TestServer own) {
		this.address = address.endsWith("/") ? address.substring(0, address.length() - 1) : address;
		this.own = own;
	}

	@Override
	public String address() {
		return this.address;
	}

	@Override
	public void start() {
		// runs already
	}

	@Override
	public void kill() {
		throw refusal();
	}

	@Override
	public void stop() {
		throw refusal();
	}

	@Override
	public void pause() {
		throw refusal();
	}

	@Override
	public void resume() {
		throw refusal();
	}

	@Override
	public void wipe() {
		throw refusal();
	}

	@Override
	public boolean isRunning() {
		return this.own == null || this.own.isRunning();
	}

	@Override
	public Path log() {
		if (this.own == null) {
			throw new UnsupportedOperationException("The server at %s keeps its own log".formatted(this.address));
		}
		return this.own.log();
	}

	@Override
	public void close() {
		// ends with the JVM
	}

	private static UnsupportedOperationException refusal() {
		return new UnsupportedOperationException("Other tests use this server: start one of your own to disturb it");
	}

	@Override
	public String toString() {
		return "shared server at " + this.address;
	}

}
