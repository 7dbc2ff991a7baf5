package io.governance.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

import io.governance.Backoff;
import io.governance.registry.RegistrationEvent.Kind;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The own instances of one service: what should be there and what the server was last
 * told. Used by the keeper's thread only.
 */
final class OwnService {

	private static final Logger logger = LoggerFactory.getLogger(RegistrationKeeper.class);

	private final String name;

	private final String backend;

	private final Registry registry;

	private final RegistrationSettings settings;

	private final RegistrationLog log;

	private final RandomGenerator random;

	private final LongSupplier nanoTime;

	private final Rounds rounds;

	private final Backoff backoff;

	private final Map<String, Instance> wanted = new TreeMap<>();

	/** What the server was last told or seen to hold; absent after a failure. */
	private final Map<String, Instance> held = new TreeMap<>();

	private final Map<String, Removal> removals = new TreeMap<>();

	/** Who waits until the server has been told, by the id of the instance. */
	private final Map<String, List<CompletableFuture<Void>>> waiting = new TreeMap<>();

	/** The differences found last time, which are not told again. */
	private Map<String, String> toldDifferences = Map.of();

	private final Map<String, String> toldFailures = new TreeMap<>();

	private @Nullable Future<?> next;

	/** Whether the next round comes at once. */
	private boolean due;

	OwnService(String name, String backend, Registry registry, RegistrationSettings settings, RegistrationLog log,
			RandomGenerator random, LongSupplier nanoTime, Rounds rounds) {
		this.name = name;
		this.backend = backend;
		this.registry = registry;
		this.settings = settings;
		this.log = log;
		this.random = random;
		this.nanoTime = nanoTime;
		this.rounds = rounds;
		this.backoff = new Backoff(settings.retryBase(), settings.retryCap(), random);
	}

	void want(Instance instance, CompletableFuture<Void> done) {
		Removal removal = this.removals.remove(instance.id());
		if (removal != null) {
			removal.done.cancel(false);
		}
		this.wanted.put(instance.id(), instance);
		this.waiting.computeIfAbsent(instance.id(), (id) -> new ArrayList<>()).add(done);
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
			this.waiting.getOrDefault(id, List.of()).forEach((waiting) -> waiting.cancel(false));
			this.waiting.remove(id);
			this.removals.put(id,
					new Removal(done, this.nanoTime.getAsLong() + this.settings.removalDeadline().toNanos()));
		}
	}

	void rest() {
		if (this.next != null) {
			this.next.cancel(false);
			this.next = null;
		}
	}

	/**
	 * Has a round run after the changes that wait already, so that many of them need one
	 * round however slow the registry is.
	 */
	void runSoon() {
		if (!this.due) {
			rest();
			this.due = true;
			this.next = this.rounds.schedule(this::run, 0);
		}
	}

	/** One round: withdraws, puts or compares; then sets the time of the next. */
	void run() {
		this.due = false;
		rest();
		long delay = this.settings.retryCap().toNanos();
		try {
			delay = round() ? quietNanos() : this.backoff.nextNanos();
		}
		finally {
			this.rounds.changed();
			boolean idle = this.wanted.isEmpty() && this.removals.isEmpty();
			if (!idle && !this.rounds.closed()) {
				this.next = this.rounds.schedule(this::run, Math.min(delay, nanosToRemovalDeadline()));
			}
		}
	}

	private long nanosToRemovalDeadline() {
		long now = this.nanoTime.getAsLong();
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
		long interval = this.settings.reconcileInterval().toNanos();
		return (long) (interval * (0.9 + 0.1 * this.random.nextDouble()));
	}

	private boolean round() {
		boolean removed = withdraw();
		if (this.wanted.isEmpty()) {
			return removed;
		}
		try {
			if (this.held.equals(this.wanted)) {
				compare();
			}
			else {
				announce();
			}
			this.rounds.changed();
			this.waiting.values().forEach((all) -> all.forEach((done) -> done.complete(null)));
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
			this.registry.remove(this.name, id);
			this.removals.remove(id);
			this.rounds.changed();
			this.log.tell(Kind.REMOVED, this.name, id, "");
			removal.done.complete(null);
		}
		catch (RuntimeException | Error ex) {
			boolean late = this.nanoTime.getAsLong() - removal.deadlineNanos >= 0;
			if (late && removal.done.completeExceptionally(ex)) {
				logger.warn("Instance {} of service {} could not be removed in time: {}", id, this.name, describe(ex));
			}
		}
	}

	private void announce() {
		this.registry.put(this.name, List.copyOf(this.wanted.values()));
		this.toldDifferences = Map.of();
		for (Instance instance : this.wanted.values()) {
			Instance before = this.held.put(instance.id(), instance);
			boolean failedBefore = this.toldFailures.remove(instance.id()) != null;
			if (before == null || failedBefore) {
				this.log.tell(Kind.REGISTERED, this.name, instance.id(), "");
			}
			else if (!before.equals(instance)) {
				this.log.tell(Kind.UPDATED, this.name, instance.id(), InstanceDifference.between(before, instance));
			}
		}
	}

	private void compare() {
		Map<String, Instance> seen = new TreeMap<>();
		this.registry.observe(this.name).forEach((instance) -> seen.put(instance.id(), instance));
		Map<String, String> differences = new TreeMap<>();
		for (Instance instance : this.wanted.values()) {
			Instance there = seen.get(instance.id());
			String difference = (there != null) ? InstanceDifference.between(there, instance) : "it is not there";
			if (!difference.isEmpty()) {
				differences.put(instance.id(), difference);
			}
			if (there == null && !difference.equals(this.toldDifferences.get(instance.id()))) {
				this.log.tell(Kind.LOST, this.name, instance.id(), "");
			}
		}
		if (!differences.isEmpty()) {
			differences.keySet().forEach(this.held::remove);
			this.registry.put(this.name, List.copyOf(this.wanted.values()));
			this.held.putAll(this.wanted);
		}
		differences.forEach((id, difference) -> {
			if (!difference.equals(this.toldDifferences.get(id))) {
				this.toldFailures.remove(id);
				this.log.tell(Kind.REPAIRED, this.name, id, difference);
			}
		});
		this.toldDifferences = differences;
		List.copyOf(this.toldFailures.keySet()).forEach((id) -> {
			this.toldFailures.remove(id);
			this.log.tell(Kind.REGISTERED, this.name, id, "the server answers again");
		});
	}

	private void failed(String reason) {
		for (String id : this.wanted.keySet()) {
			if (this.toldFailures.put(id, reason) == null) {
				this.log.tell(Kind.REFUSED, this.name, id, reason);
			}
		}
	}

	void addStates(List<RegistrationState> states) {
		for (Instance instance : this.wanted.values()) {
			states.add(new RegistrationState(instance, this.held.containsKey(instance.id()),
					this.toldFailures.getOrDefault(instance.id(), ""), this.backend));
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

	private static String describe(Throwable failure) {
		String message = failure.getMessage();
		return (message != null) ? message : failure.getClass().getSimpleName();
	}

	private record Removal(CompletableFuture<Void> done, long deadlineNanos) {
	}

	/** The keeper that the service belongs to. */
	interface Rounds {

		/**
		 * Sets the time of the next round.
		 * @param round what to run on the keeper's thread
		 * @param delay when, in nanoseconds from now
		 * @return cancels it, or {@code null} if there will be none
		 */
		@Nullable Future<?> schedule(Runnable round, long delay);

		/** Tells that the states may be others now. */
		void changed();

		/** Whether the keeper is closed. */
		boolean closed();

	}

}
