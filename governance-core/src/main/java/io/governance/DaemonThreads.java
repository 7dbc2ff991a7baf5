package io.governance;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * Makes threads that do not keep the JVM from ending. Thread-safe.
 */
public final class DaemonThreads implements ThreadFactory {

	private final String name;

	private final @Nullable AtomicInteger count;

	/**
	 * Makes threads of one name, for work that one thread does at a time.
	 * @param name their name
	 */
	public DaemonThreads(String name) {
		this.name = name;
		this.count = null;
	}

	/**
	 * Makes threads named {@code governance-{owner}-{role}-1} and so on.
	 * @param owner whose threads they are, such as the name of a backend
	 * @param role what they do
	 */
	public DaemonThreads(String owner, String role) {
		this.name = "governance-" + owner + "-" + role;
		this.count = new AtomicInteger();
	}

	@Override
	public Thread newThread(Runnable task) {
		Thread thread = new Thread(task,
				(this.count != null) ? this.name + "-" + this.count.incrementAndGet() : this.name);
		thread.setDaemon(true);
		return thread;
	}

}
