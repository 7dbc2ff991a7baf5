package io.governance.local;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes the threads of a local backend: daemons named {@code governance-local-...}.
 */
final class LocalThreads implements ThreadFactory {

	static final String PREFIX = "governance-local-";

	private final String role;

	private final AtomicInteger count = new AtomicInteger();

	LocalThreads(String role) {
		this.role = role;
	}

	@Override
	public Thread newThread(Runnable task) {
		Thread thread = new Thread(task, PREFIX + this.role + "-" + this.count.incrementAndGet());
		thread.setDaemon(true);
		return thread;
	}

}
