package io.governance.testkit;

/**
 * A server that is ended in place of the way to it.
 */
record StoppableServer(String address, Runnable stop, Runnable start, Runnable end) implements FaultyConnection {

	@Override
	public void cut() {
		this.stop.run();
	}

	@Override
	public void restore() {
		this.start.run();
	}

	@Override
	public void close() {
		this.end.run();
	}

}
