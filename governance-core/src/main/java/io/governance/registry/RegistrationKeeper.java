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
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

import io.governance.Backoff;
import io.governance.registry.RegistrationEvent.Kind;
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

	private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(5);

	private final Registry registry;

	private final RegistrationSettings settings;

	private final RegistrationListener listener;

	private final RandomGenerator random;

	private final LongSupplier nanoTime;

	private final ScheduledThreadPoolExecutor thread;

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
		this.listener = listener;
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
	 * Ends the keeper and its thread within 5 seconds. Withdraws nothing: what is still
	 * registered is left to its lease.
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
				OwnService own = this.services.computeIfAbsent(service, OwnService::new);
				change.accept(own, done);
				if (!done.isDone()) {
					own.run();
				}
			});
		}
		catch (RejectedExecutionException ex) {
			throw new IllegalStateException("Registration has ended", ex);
		}
		return done.minimalCompletionStage();
	}

	private void tell(Kind kind, String service, String instanceId, String reason) {
		String words = switch (kind) {
			case REGISTERED -> "is registered";
			case LOST -> "is not registered any more";
			case REPAIRED -> "was registered again";
			case REFUSED -> "could not be registered, is tried again";
			case UPDATED -> "was changed";
			case REMOVED -> "was removed";
		};
		String message = "Instance {} of service {} {}{}";
		String because = reason.isEmpty() ? "" : ": " + reason;
		if (kind == Kind.LOST || kind == Kind.REFUSED) {
			logger.warn(message, instanceId, service, words, because);
		}
		else {
			logger.info(message, instanceId, service, words, because);
		}
		try {
			this.listener.onEvent(new RegistrationEvent(kind, service, instanceId, reason));
		}
		catch (RuntimeException ex) {
			logger.warn("A listener failed on {} of instance {}", kind, instanceId, ex);
		}
	}

	private void publishStates() {
		List<RegistrationState> all = new ArrayList<>();
		this.services.values().forEach((service) -> service.addStates(all));
		this.states = List.copyOf(all);
	}

	/**
	 * The own instances of one service: what should be there and what the server was last
	 * told. Used by the keeper's thread only.
	 */
	private final class OwnService {

		private final String name;

		private final Backoff backoff;

		private final Map<String, Instance> wanted = new TreeMap<>();

		/** What the server was last told or seen to hold; absent after a failure. */
		private final Map<String, Instance> held = new TreeMap<>();

		private final Map<String, Removal> removals = new TreeMap<>();

		private final List<CompletableFuture<Void>> waiting = new ArrayList<>();

		/** The differences found last time, which are not told again. */
		private Map<String, String> toldDifferences = Map.of();

		private final Map<String, String> toldFailures = new TreeMap<>();

		private @Nullable Future<?> next;

		OwnService(String name) {
			this.name = name;
			this.backoff = new Backoff(RegistrationKeeper.this.settings.retryBase(),
					RegistrationKeeper.this.settings.retryCap(), RegistrationKeeper.this.random);
		}

		void want(Instance instance, CompletableFuture<Void> done) {
			Removal removal = this.removals.remove(instance.id());
			if (removal != null) {
				removal.done.cancel(false);
			}
			this.wanted.put(instance.id(), instance);
			this.waiting.add(done);
		}

		void change(String id, UnaryOperator<Instance> change, CompletableFuture<Void> done) {
			Instance before = this.wanted.get(id);
			if (before != null) {
				want(change.apply(before), done);
			}
			else {
				done.complete(null);
			}
		}

		void unwant(String id, CompletableFuture<Void> done) {
			Removal pending = this.removals.get(id);
			if (pending != null) {
				pending.done.whenComplete((nothing, failure) -> complete(done, failure));
			}
			else if (this.wanted.remove(id) == null) {
				done.complete(null);
			}
			else {
				this.held.remove(id);
				this.toldFailures.remove(id);
				this.removals.put(id, new Removal(done, RegistrationKeeper.this.nanoTime.getAsLong()
						+ RegistrationKeeper.this.settings.removalDeadline().toNanos()));
			}
		}

		void rest() {
			if (this.next != null) {
				this.next.cancel(false);
				this.next = null;
			}
		}

		/** One round: withdraws, puts or compares; then sets the time of the next. */
		void run() {
			rest();
			long delay = RegistrationKeeper.this.settings.retryCap().toNanos();
			try {
				delay = round() ? quietNanos() : this.backoff.nextNanos();
			}
			finally {
				publishStates();
				boolean idle = this.wanted.isEmpty() && this.removals.isEmpty();
				if (!idle && !RegistrationKeeper.this.closed.get()) {
					this.next = schedule(Math.min(delay, nanosToRemovalDeadline()));
				}
			}
		}

		private @Nullable Future<?> schedule(long delay) {
			try {
				return RegistrationKeeper.this.thread.schedule(this::run, delay, TimeUnit.NANOSECONDS);
			}
			catch (RejectedExecutionException ex) {
				return null;
			}
		}

		private long nanosToRemovalDeadline() {
			long now = RegistrationKeeper.this.nanoTime.getAsLong();
			return this.removals.values()
				.stream()
				.filter((removal) -> !removal.done.isDone())
				.mapToLong((removal) -> Math.max(0, removal.deadlineNanos - now))
				.min()
				.orElse(Long.MAX_VALUE);
		}

		/**
		 * A little earlier each time than promised, so that a fleet does not beat as one.
		 */
		private long quietNanos() {
			this.backoff.reset();
			long interval = RegistrationKeeper.this.settings.reconcileInterval().toNanos();
			return (long) (interval * (0.9 + 0.1 * RegistrationKeeper.this.random.nextDouble()));
		}

		private boolean round() {
			boolean removed = withdraw();
			if (this.wanted.isEmpty()) {
				// Whoever still waits waits for what has been withdrawn since.
				this.waiting.forEach((done) -> done.cancel(false));
				this.waiting.clear();
				return removed;
			}
			try {
				if (this.held.equals(this.wanted)) {
					compare();
				}
				else {
					announce();
				}
				publishStates();
				this.waiting.forEach((done) -> done.complete(null));
				this.waiting.clear();
				return removed;
			}
			catch (RuntimeException | Error ex) {
				failed(describe(ex));
				return false;
			}
		}

		private boolean withdraw() {
			new TreeMap<>(this.removals).forEach(this::withdraw);
			return this.removals.isEmpty();
		}

		private void withdraw(String id, Removal removal) {
			try {
				RegistrationKeeper.this.registry.remove(this.name, id);
				this.removals.remove(id);
				publishStates();
				tell(Kind.REMOVED, this.name, id, "");
				removal.done.complete(null);
			}
			catch (RuntimeException | Error ex) {
				boolean late = RegistrationKeeper.this.nanoTime.getAsLong() - removal.deadlineNanos >= 0;
				if (late && removal.done.completeExceptionally(ex)) {
					logger.warn("Instance {} of service {} could not be removed in time: {}", id, this.name,
							describe(ex));
				}
			}
		}

		private void announce() {
			RegistrationKeeper.this.registry.put(this.name, List.copyOf(this.wanted.values()));
			this.toldDifferences = Map.of();
			for (Instance instance : this.wanted.values()) {
				Instance before = this.held.put(instance.id(), instance);
				boolean failedBefore = this.toldFailures.remove(instance.id()) != null;
				if (before == null || failedBefore) {
					tell(Kind.REGISTERED, this.name, instance.id(), "");
				}
				else if (!before.equals(instance)) {
					tell(Kind.UPDATED, this.name, instance.id(), difference(before, instance));
				}
			}
		}

		private void compare() {
			Map<String, Instance> seen = new TreeMap<>();
			RegistrationKeeper.this.registry.observe(this.name)
				.forEach((instance) -> seen.put(instance.id(), instance));
			Map<String, String> differences = new TreeMap<>();
			for (Instance instance : this.wanted.values()) {
				Instance there = seen.get(instance.id());
				String difference = (there != null) ? difference(there, instance) : "it is not there";
				if (!difference.isEmpty()) {
					differences.put(instance.id(), difference);
				}
				if (there == null && !difference.equals(this.toldDifferences.get(instance.id()))) {
					tell(Kind.LOST, this.name, instance.id(), "");
				}
			}
			if (!differences.isEmpty()) {
				differences.keySet().forEach(this.held::remove);
				RegistrationKeeper.this.registry.put(this.name, List.copyOf(this.wanted.values()));
				this.held.putAll(this.wanted);
			}
			differences.forEach((id, difference) -> {
				if (!difference.equals(this.toldDifferences.get(id))) {
					tell(Kind.REPAIRED, this.name, id, difference);
				}
			});
			this.toldDifferences = differences;
			List.copyOf(this.toldFailures.keySet()).forEach((id) -> {
				this.toldFailures.remove(id);
				if (!differences.containsKey(id)) {
					tell(Kind.REGISTERED, this.name, id, "the server answers again");
				}
			});
		}

		private void failed(String reason) {
			for (String id : this.wanted.keySet()) {
				if (this.toldFailures.put(id, reason) == null) {
					tell(Kind.REFUSED, this.name, id, reason);
				}
			}
		}

		private void addStates(List<RegistrationState> states) {
			for (Instance instance : this.wanted.values()) {
				states.add(new RegistrationState(instance, this.held.containsKey(instance.id()),
						this.toldFailures.getOrDefault(instance.id(), "")));
			}
		}

	}

	private static void complete(CompletableFuture<Void> done, @Nullable Throwable failure) {
		if (failure != null) {
			done.completeExceptionally(failure);
		}
		else {
			done.complete(null);
		}
	}

	/** What differs, in words without the values of metadata; empty if nothing does. */
	private static String difference(Instance there, Instance wanted) {
		List<String> parts = new ArrayList<>();
		boolean complains = there.status() == InstanceStatus.WARNING && wanted.status() == InstanceStatus.UP;
		if (!complains) {
			add(parts, "status", there.status(), wanted.status());
		}
		add(parts, "address", there.host() + ":" + there.port(), wanted.host() + ":" + wanted.port());
		add(parts, "secure", there.secure(), wanted.secure());
		add(parts, "zone", there.zone(), wanted.zone());
		add(parts, "version", there.version(), wanted.version());
		add(parts, "lane", there.lane(), wanted.lane());
		add(parts, "weight", there.weight(), wanted.weight());
		if (!there.metadata().equals(wanted.metadata())) {
			parts.add("metadata");
		}
		return String.join(", ", parts);
	}

	private static void add(List<String> parts, String what, Object there, Object wanted) {
		if (!there.equals(wanted)) {
			parts.add(what + " " + there + " -> " + wanted);
		}
	}

	private static String describe(Throwable failure) {
		String message = failure.getMessage();
		return (message != null) ? message : failure.getClass().getSimpleName();
	}

	private record Removal(CompletableFuture<Void> done, long deadlineNanos) {
	}

}
