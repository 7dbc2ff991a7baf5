package io.governance.samples.platform.console;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What is to be closed, the last first.
 */
final class Opened implements AutoCloseable {

	private final Deque<Runnable> ends = new ArrayDeque<>();

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
