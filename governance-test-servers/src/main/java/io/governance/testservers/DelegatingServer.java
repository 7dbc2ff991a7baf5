package io.governance.testservers;

import java.nio.file.Path;

/**
 * What the servers have in common.
 */
abstract class DelegatingServer implements TestServer {

	private final TestServer delegate;

	DelegatingServer(TestServer delegate) {
		this.delegate = delegate;
	}

	final TestServer delegate() {
		return this.delegate;
	}

	@Override
	public final String address() {
		return this.delegate.address();
	}

	@Override
	public final void start() {
		this.delegate.start();
	}

	@Override
	public final void kill() {
		this.delegate.kill();
	}

	@Override
	public final void stop() {
		this.delegate.stop();
	}

	@Override
	public final void pause() {
		this.delegate.pause();
	}

	@Override
	public final void resume() {
		this.delegate.resume();
	}

	@Override
	public final void wipe() {
		this.delegate.wipe();
	}

	@Override
	public final boolean isRunning() {
		return this.delegate.isRunning();
	}

	@Override
	public final Path log() {
		return this.delegate.log();
	}

	@Override
	public final void close() {
		this.delegate.close();
	}

	@Override
	public final String toString() {
		return this.delegate.toString();
	}

}
