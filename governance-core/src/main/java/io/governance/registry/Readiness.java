package io.governance.registry;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;

/**
 * Those who wait for the first list of a service. Each has a future of its own, which is
 * forgotten when it is over: a list that never comes keeps nothing of those who have
 * given up. Thread-safe.
 */
final class Readiness {

	private final CompletableFuture<ServiceInstances> list = new CompletableFuture<>();

	private final Set<CompletableFuture<ServiceInstances>> waiting = ConcurrentHashMap.newKeySet();

	/** The list is there; only the first one counts. */
	void complete(ServiceInstances instances) {
		this.list.complete(instances);
		tellAll();
	}

	/** There will be no list, unless there was one. */
	void fail(Exception cause) {
		this.list.completeExceptionally(cause);
		tellAll();
	}

	boolean isComplete() {
		return this.list.isDone() && !this.list.isCompletedExceptionally();
	}

	void await(Duration timeout) throws InterruptedException, ExecutionException, TimeoutException {
		this.list.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
	}

	/** For who can give up by cancelling it. */
	CompletableFuture<ServiceInstances> newFuture() {
		CompletableFuture<ServiceInstances> future = new CompletableFuture<>();
		this.waiting.add(future);
		future.whenComplete((instances, failure) -> this.waiting.remove(future));
		if (this.list.isDone()) {
			// Whoever tells the others may not have seen this one.
			tell(future);
		}
		return future;
	}

	private void tellAll() {
		this.waiting.forEach(this::tell);
	}

	private void tell(CompletableFuture<ServiceInstances> future) {
		this.list.whenComplete((instances, failure) -> settle(future, instances, failure));
	}

	private static void settle(CompletableFuture<ServiceInstances> future, @Nullable ServiceInstances instances,
			@Nullable Throwable failure) {
		if (instances != null) {
			future.complete(instances);
		}
		else if (failure != null) {
			future.completeExceptionally(failure);
		}
	}

}
