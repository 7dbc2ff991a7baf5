package io.governance.registry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/**
 * Keeps own instances registered, in one registry or in several at once: puts them at
 * once when they change, then compares the server's truth with what should be there and
 * repairs any difference, for ever, with backoff and jitter. Each registry has one thread
 * that makes all calls to it, so that one that is down never touches another.
 * Thread-safe; no method but {@link #close()} blocks.
 */
public final class RegistrationKeeper implements AutoCloseable {

	private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(1);

	/** How long the first of several registries waits for the others. */
	private static final Duration GRACE = Duration.ofMillis(500);

	private final List<RegistryLoop> loops = new ArrayList<>();

	/**
	 * Creates a keeper for one registry; nothing is done before the first instance is
	 * registered.
	 * @param registry where instances are announced; not closed by the keeper
	 * @param settings how it works
	 * @param listener who is told what becomes of the instances
	 * @param random spreads the load of many keepers
	 * @param nanoTime the time that deadlines are measured by, as
	 * {@link System#nanoTime()}
	 */
	public RegistrationKeeper(Registry registry, RegistrationSettings settings, RegistrationListener listener,
			RandomGenerator random, LongSupplier nanoTime) {
		this(Map.of("", registry), settings, listener, random, nanoTime);
	}

	/**
	 * Creates a keeper for several registries; nothing is done before the first instance
	 * is registered.
	 * @param registries where instances are announced, by the name of the backend; at
	 * least one, not closed by the keeper
	 * @param settings how it works
	 * @param listener who is told what becomes of the instances; with several registries
	 * on the thread of each
	 * @param random spreads the load of many keepers; thread-safe if there are several
	 * registries
	 * @param nanoTime the time that deadlines are measured by, as
	 * {@link System#nanoTime()}
	 */
	public RegistrationKeeper(Map<String, Registry> registries, RegistrationSettings settings,
			RegistrationListener listener, RandomGenerator random, LongSupplier nanoTime) {
		if (registries.isEmpty()) {
			throw new IllegalArgumentException("There is no registry to keep instances registered in");
		}
		boolean several = registries.size() > 1;
		registries.forEach((backend, registry) -> this.loops.add(new RegistryLoop(backend, registry, settings,
				new RegistrationLog(listener, backend, several), random, nanoTime)));
	}

	/**
	 * Registers an instance and keeps it registered; or changes one that is registered
	 * already, by its service and id. Takes back a removal that has not happened yet.
	 * @param instance the instance as it should be from now on
	 * @return completes when the server has been told of it or of a newer state; of
	 * several servers when all have, or half a second after the first; fails with
	 * {@link java.util.concurrent.CancellationException} if it is removed, or the keeper
	 * closed, before that
	 * @throws IllegalStateException if the keeper is closed
	 */
	public CompletionStage<Void> register(Instance instance) {
		return first((loop) -> loop.register(instance));
	}

	/**
	 * Changes an instance that is registered; does nothing if it is not.
	 * @param instance the instance as it should be from now on
	 * @return completes as that of {@link #register}, or at once if there is nothing to
	 * change
	 * @throws IllegalStateException if the keeper is closed
	 */
	public CompletionStage<Void> update(Instance instance) {
		return first((loop) -> loop.update(instance));
	}

	/**
	 * Changes the status of an instance that is registered; does nothing if it is not.
	 * @param service the service
	 * @param instanceId the instance
	 * @param status the status from now on
	 * @return completes as that of {@link #register}, or at once if there is nothing to
	 * change
	 * @throws IllegalStateException if the keeper is closed
	 */
	public CompletionStage<Void> updateStatus(String service, String instanceId, InstanceStatus status) {
		return first((loop) -> loop.updateStatus(service, instanceId, status));
	}

	/**
	 * Withdraws an instance; does nothing if it was never registered.
	 * @param service the service
	 * @param instanceId the instance
	 * @return completes when all servers have been told; fails with what one of them said
	 * if that did not succeed within the removal deadline, although it is tried on until
	 * the keeper is closed
	 * @throws IllegalStateException if the keeper is closed
	 */
	public CompletionStage<Void> deregister(String service, String instanceId) {
		if (this.loops.size() == 1) {
			return this.loops.get(0).deregister(service, instanceId);
		}
		return CompletableFuture
			.allOf(this.loops.stream()
				.map((loop) -> loop.deregister(service, instanceId).toCompletableFuture())
				.toArray(CompletableFuture[]::new))
			.minimalCompletionStage();
	}

	private CompletionStage<Void> first(Function<RegistryLoop, CompletionStage<Void>> change) {
		if (this.loops.size() == 1) {
			return change.apply(this.loops.get(0));
		}
		CompletableFuture<Void> done = new CompletableFuture<>();
		List<CompletableFuture<Void>> each = new ArrayList<>();
		for (RegistryLoop loop : this.loops) {
			CompletableFuture<Void> told = change.apply(loop).toCompletableFuture();
			told.thenRun(() -> loop.later(GRACE, () -> done.complete(null)));
			each.add(told);
		}
		CompletableFuture.allOf(each.toArray(CompletableFuture[]::new)).whenComplete((nothing, failure) -> {
			boolean one = each.stream().anyMatch((told) -> !told.isCompletedExceptionally());
			if (one || failure == null) {
				done.complete(null);
			}
			else {
				done.completeExceptionally(
						(failure instanceof CompletionException wrapped && wrapped.getCause() != null)
								? wrapped.getCause() : failure);
			}
		});
		return done.minimalCompletionStage();
	}

	/**
	 * What becomes of the own instances. A cheap read, for health and metrics.
	 * @return all instances that should be registered, by service and id; of several
	 * registries one after the other
	 */
	public List<RegistrationState> states() {
		if (this.loops.size() == 1) {
			return this.loops.get(0).states();
		}
		return this.loops.stream().flatMap((loop) -> loop.states().stream()).toList();
	}

	/**
	 * Ends the keeper within a second; a call that a registry does not answer until then
	 * is interrupted. Withdraws nothing: what is still registered is left to its lease.
	 */
	@Override
	public void close() {
		this.loops.forEach(RegistryLoop::beginToClose);
		long end = System.nanoTime() + CLOSE_DEADLINE.toNanos();
		this.loops.forEach((loop) -> loop.close(end - System.nanoTime()));
	}

}
