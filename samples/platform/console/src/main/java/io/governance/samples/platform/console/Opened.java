package io.governance.samples.platform.console;

import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;

/**
 * What is to be closed, the last first. Thread-safe.
 */
final class Opened implements AutoCloseable {

	private final Deque<Runnable> ends = new ConcurrentLinkedDeque<>();

	void add(Runnable end) {
		this.ends.push(end);
	}

	/** Closes all of it, also if one of them fails to be. */
	@Override
	public void close() {
		Runnable end = this.ends.poll();
		if (end != null) {
			try {
				end.run();
			}
			finally {
				close();
			}
		}
	}

}
