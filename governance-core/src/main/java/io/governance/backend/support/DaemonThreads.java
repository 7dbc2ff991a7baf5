package io.governance.backend.support;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes the threads of a backend: daemons named {@code governance-{backend}-{role}-1} and
 * so on. Thread-safe.
 */
public final class DaemonThreads implements ThreadFactory {

	private final String prefix;

	private final AtomicInteger count = new AtomicInteger();

	/**
	 * Creates a factory.
	 * @param backend the backend's name
	 * @param role what the threads do
	 */
	public DaemonThreads(String backend, String role) {
		this.prefix = "governance-" + backend + "-" + role + "-";
	}

	@Override
	public Thread newThread(Runnable task) {
		Thread thread = new Thread(task, this.prefix + this.count.incrementAndGet());
		thread.setDaemon(true);
		return thread;
	}

}
