package io.governance.backend.support;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.governance.DaemonThreads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads on which a backend calls its listeners, so that no listener holds up a
 * watch. Starts none before it is needed. Thread-safe.
 */
public final class ListenerThreads implements Executor, AutoCloseable {

	/** How many listeners may block before others have to wait. */
	public static final int MAX_THREADS = 16;

	private static final Logger logger = LoggerFactory.getLogger(ListenerThreads.class);

	private final String backend;

	private final ThreadPoolExecutor executor;

	/**
	 * Creates the threads of a backend.
	 * @param backend the backend's name
	 */
	public ListenerThreads(String backend) {
		this.backend = backend;
		this.executor = new ThreadPoolExecutor(MAX_THREADS, MAX_THREADS, 10, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), new DaemonThreads(backend, "listener"));
		this.executor.allowCoreThreadTimeOut(true);
	}

	@Override
	public void execute(Runnable task) {
		this.executor.execute(task);
	}

	/**
	 * Interrupts the listeners that are being called, calls no other, and waits for a
	 * second at most.
	 */
	@Override
	public void close() {
		this.executor.shutdownNow();
		try {
			if (!this.executor.awaitTermination(1, TimeUnit.SECONDS)) {
				logger.warn("A listener of backend '{}' does not end although it was interrupted", this.backend);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
