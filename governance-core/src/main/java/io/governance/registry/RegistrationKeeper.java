package io.governance.registry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps own instances registered: puts them at once when they change, then compares the
 * server's truth with what should be there and repairs any difference, for ever, with
 * backoff and jitter. All calls to the registry are made by one thread. Thread-safe; no
 * method but {@link #close()} blocks.
 */
public final class RegistrationKeeper implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(RegistrationKeeper.class);

	private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(1);

	private final Registry registry;

	private final RegistrationSettings settings;

	private final RegistrationLog log;

	private final RandomGenerator random;

	private final LongSupplier nanoTime;

	private final ScheduledThreadPoolExecutor thread;

	private final OwnService.Rounds rounds = new KeeperRounds();

	/** Used by the keeper's thread only. */
	private final Map<String, OwnService> services = new TreeMap<>();

	private final Set<CompletableFuture<Void>> open = ConcurrentHashMap.newKeySet();

	private final AtomicBoolean closed = new AtomicBoolean();

	private volatile List<RegistrationState> states = List.of();

	/**
	 * Creates a keeper; nothing is done before the first instance is registered.
	 * @param registry where instances are announced; not closed by the keeper
	 * @param settings how it works
	 * @param listener who is told what becomes of the instances
	 * @param random spreads the load of many keepers
	 * @param nanoTime the time that deadlines are measured by, as
	 * {@link System#nanoTime()}
	 */
	public RegistrationKeeper(Registry registry, RegistrationSettings settings, RegistrationListener listener,
			RandomGenerator random, LongSupplier nanoTime) {
		this.registry = registry;
		this.settings = settings;
		this.log = new RegistrationLog(listener);
		this.random = random;
		this.nanoTime = nanoTime;
		this.thread = new ScheduledThreadPoolExecutor(1, (task) -> {
			Thread thread = new Thread(task, "governance-registration");
			thread.setDaemon(true);
			return thread;
		});
		this.thread.setRemoveOnCancelPolicy(true);
	}

	/**
	 * Registers an instance and keeps it registered; or changes one that is registered
	 * already, by its service and id. Takes back a removal that has not happened yet.
	 * @param instance the instance as it should be from now on
	 * @return completes when the server has been told of it or of a newer state; fails
	 * with {@link java.util.concurrent.CancellationException} if it is removed, or the
	 * keeper closed, before that
	 * @throws IllegalStateException if the keeper is closed
	 */
	public CompletionStage<Void> register(Instance instance) {
		return change(instance.service(), (service, done) -> service.want(instance, done));
	}

	/**
	 * Changes an instance that is registered; does nothing if it is not.
	 * @param instance the instance as it should be from now on
	 * @return completes as that of {@link #register}, or at once if there is nothing to
	 * change
	 * @throws IllegalStateException if the keeper is closed
	 */
	public CompletionStage<Void> update(Instance instance) {
		return change(instance.service(), (service, done) -> service.change(instance.id(), (before) -> instance, done));
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
		return change(service, (own, done) -> own.change(instanceId, (before) -> before.withStatus(status), done));
	}

	/**
	 * Withdraws an instance; does nothing if it was never registered.
	 * @param service the service
	 * @param instanceId the instance
	 * @return completes when the server has been told; fails with what the server said if
	 * that did not succeed within the removal deadline, although it is tried on until the
	 * keeper is closed
	 * @throws IllegalStateException if the keeper is closed
	 */
	public CompletionStage<Void> deregister(String service, String instanceId) {
		return change(service, (own, done) -> own.unwant(instanceId, done));
	}

	/**
	 * What becomes of the own instances. A cheap read, for health and metrics.
	 * @return all instances that should be registered, by service and id
	 */
	public List<RegistrationState> states() {
		return this.states;
	}

	/**
	 * Ends the keeper within a second; a call that the registry does not answer until
	 * then is interrupted. Withdraws nothing: what is still registered is left to its
	 * lease.
	 */
	@Override
	public void close() {
		if (this.closed.getAndSet(true)) {
			return;
		}
		this.thread.execute(() -> this.services.values().forEach(OwnService::rest));
		this.thread.shutdown();
		try {
			if (!this.thread.awaitTermination(CLOSE_DEADLINE.toMillis(), TimeUnit.MILLISECONDS)) {
				this.thread.shutdownNow();
				logger.warn("The registry does not answer: registration ends without it");
			}
		}
		catch (InterruptedException ex) {
			this.thread.shutdownNow();
			Thread.currentThread().interrupt();
		}
		finally {
			this.open.forEach((done) -> done.cancel(false));
		}
	}

	private CompletionStage<Void> change(String service, BiConsumer<OwnService, CompletableFuture<Void>> change) {
		CompletableFuture<Void> done = new CompletableFuture<>();
		this.open.add(done);
		done.whenComplete((nothing, failure) -> this.open.remove(done));
		try {
			this.thread.execute(() -> {
				if (this.closed.get()) {
					done.cancel(false);
					return;
				}
				OwnService own = this.services.computeIfAbsent(service, this::own);
				change.accept(own, done);
				if (!done.isDone()) {
					own.runSoon();
				}
			});
		}
		catch (RejectedExecutionException ex) {
			throw new IllegalStateException("Registration has ended", ex);
		}
		return done.minimalCompletionStage();
	}

	private OwnService own(String service) {
		return new OwnService(service, this.registry, this.settings, this.log, this.random, this.nanoTime, this.rounds);
	}

	private void publishStates() {
		List<RegistrationState> all = new ArrayList<>();
		this.services.values().forEach((service) -> service.addStates(all));
		this.states = List.copyOf(all);
	}

	private final class KeeperRounds implements OwnService.Rounds {

		@Override
		public @Nullable Future<?> schedule(Runnable round, long delay) {
			try {
				return RegistrationKeeper.this.thread.schedule(round, delay, TimeUnit.NANOSECONDS);
			}
			catch (RejectedExecutionException ex) {
				return null;
			}
		}

		@Override
		public void changed() {
			publishStates();
		}

		@Override
		public boolean closed() {
			return RegistrationKeeper.this.closed.get();
		}

	}

}
