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

import io.governance.DaemonThreads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps own instances registered in one registry. All calls to the registry are made by
 * one thread. Thread-safe; no method but those that close blocks.
 */
final class RegistryLoop {

	private static final Logger logger = LoggerFactory.getLogger(RegistrationKeeper.class);

	private final String backend;

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

	RegistryLoop(String backend, Registry registry, RegistrationSettings settings, RegistrationLog log,
			RandomGenerator random, LongSupplier nanoTime) {
		this.backend = backend;
		this.registry = registry;
		this.settings = settings;
		this.log = log;
		this.random = random;
		this.nanoTime = nanoTime;
		this.thread = new ScheduledThreadPoolExecutor(1, new DaemonThreads("governance-registration"));
		this.thread.setRemoveOnCancelPolicy(true);
		this.thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
	}

	CompletionStage<Void> register(Instance instance) {
		return change(instance.service(), (service, done) -> service.want(instance, done));
	}

	CompletionStage<Void> update(Instance instance) {
		return change(instance.service(), (service, done) -> service.change(instance.id(), (before) -> instance, done));
	}

	CompletionStage<Void> updateStatus(String service, String instanceId, InstanceStatus status) {
		return change(service, (own, done) -> own.change(instanceId, (before) -> before.withStatus(status), done));
	}

	CompletionStage<Void> deregister(String service, String instanceId) {
		return change(service, (own, done) -> own.unwant(instanceId, done));
	}

	List<RegistrationState> states() {
		return this.states;
	}

	/** Runs something short a little later, unless this loop ends before. */
	void later(Duration delay, Runnable task) {
		try {
			this.thread.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("Registration has ended", ex);
		}
	}

	/** Takes nothing more. */
	void beginToClose() {
		if (this.closed.getAndSet(true)) {
			return;
		}
		this.thread.execute(() -> this.services.values().forEach(OwnService::rest));
		this.thread.shutdown();
	}

	/** Ends within a time, and interrupts the call that the registry does not answer. */
	void close(long nanos) {
		try {
			if (!this.thread.awaitTermination(Math.max(0, nanos), TimeUnit.NANOSECONDS)) {
				this.thread.shutdownNow();
				logger.warn("The registry {}does not answer: registration ends without it",
						this.backend.isEmpty() ? "" : "of backend '" + this.backend + "' ");
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
		return new OwnService(service, this.backend, this.registry, this.settings, this.log, this.random, this.nanoTime,
				this.rounds);
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
				return RegistryLoop.this.thread.schedule(round, delay, TimeUnit.NANOSECONDS);
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
			return RegistryLoop.this.closed.get();
		}

	}

}
