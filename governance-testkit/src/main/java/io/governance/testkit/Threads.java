package io.governance.testkit;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Threads that end with the test.
 */
final class Threads implements AutoCloseable {

	private final ExecutorService executor = Executors.newCachedThreadPool();

	<T> Future<T> submit(Callable<T> task) {
		return this.executor.submit(task);
	}

	/** Runs all at once and waits for them. */
	<T> List<Future<T>> invokeAll(List<Callable<T>> tasks) throws InterruptedException {
		return this.executor.invokeAll(tasks);
	}

	@Override
	public void close() {
		this.executor.shutdownNow();
	}

}
