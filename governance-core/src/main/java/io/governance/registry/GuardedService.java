package io.governance.registry;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

import io.governance.Backoff;
import io.governance.ConnectionState;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The list of one service from one backend, doubted when it shrinks. What comes or
 * changes is told at once, also while others are kept. Thread-safe; tells the listener
 * one at a time.
 */
final class GuardedService implements InstancesListener {

	private static final Logger logger = LoggerFactory.getLogger(ServiceDirectory.class);

	private static final Duration FIRST_READ = Duration.ofSeconds(1);

	private static final Duration READ_CAP = Duration.ofSeconds(30);

	private final String backend;

	private final String service;

	private final Discovery discovery;

	private final ShrinkGuard guard;

	private final DirectoryTasks tasks;

	private final InstancesListener listener;

	private final Backoff backoff;

	/** What was told, with those that are kept. */
	private @Nullable List<Instance> told;

	/** What was kept on disk, until the backend tells something. */
	private List<Instance> recalled = List.of();

	/** Those that went within the time that counts as at once. */
	private final Deque<Gone> gone = new ArrayDeque<>();

	/** What is in doubt; {@code null} while nothing is. */
	private @Nullable Doubt doubt;

	/** Counts what the watch has told, to see whether a read was overtaken. */
	private long version;

	private boolean connected = true;

	private @Nullable Long recoveredAt;

	private boolean ended;

	GuardedService(String backend, String service, Discovery discovery, ShrinkGuard guard, DirectoryTasks tasks,
			RandomGenerator random, InstancesListener listener) {
		this.backend = backend;
		this.service = service;
		this.discovery = discovery;
		this.guard = guard;
		this.tasks = tasks;
		this.listener = listener;
		this.backoff = new Backoff(FIRST_READ, READ_CAP, random);
	}

	String service() {
		return this.service;
	}

	synchronized int held() {
		return (this.doubt != null) ? this.doubt.since.size() : 0;
	}

	@Override
	public synchronized void onInstances(List<Instance> instances) {
		this.version++;
		take(instances, false);
	}

	@Override
	public synchronized void onConnection(ConnectionState state) {
		if (this.ended) {
			return;
		}
		boolean now = state == ConnectionState.CONNECTED;
		if (now && !this.connected) {
			this.recoveredAt = this.tasks.nanoTime();
		}
		this.connected = now;
		this.listener.onConnection(state);
	}

	/**
	 * Tells what there was before this process started. A backend that begins with
	 * nothing at all is doubted then: it may have lost what it knew.
	 * @param instances those that were kept on disk
	 */
	synchronized void recall(List<Instance> instances) {
		if (this.told == null) {
			this.recalled = instances;
		}
	}

	/** What the backend says, by its watch or because it was asked. */
	private void take(List<Instance> truth, boolean asked) {
		if (this.ended) {
			return;
		}
		List<Instance> before = (this.told != null) ? this.told : takeRecalled(truth);
		if (before == null) {
			tell(truth);
			return;
		}
		Set<String> there = truth.stream().map(Instance::id).collect(Collectors.toSet());
		Set<String> addresses = truth.stream().map(GuardedService::address).collect(Collectors.toSet());
		List<Instance> staying = before.stream().filter((instance) -> !instance.status().isWithdrawn()).toList();
		List<Instance> missing = staying.stream()
			.filter((instance) -> !there.contains(instance.id()) && !addresses.contains(address(instance)))
			.toList();
		forget(there, newcomers(before, staying, truth));
		// Once in doubt, all are missed that are not there: also when fewer are by now.
		if (!missing.isEmpty() && (this.doubt != null || isTooMany(missing.size(), staying.size()))) {
			tell(with(truth, keep(missing, staying.size(), asked)));
			return;
		}
		long now = this.tasks.nanoTime();
		missing.forEach((instance) -> this.gone.add(new Gone(instance.id(), now)));
		settle();
		tell(truth);
	}

	private @Nullable List<Instance> takeRecalled(List<Instance> truth) {
		List<Instance> before = this.recalled;
		this.recalled = List.of();
		if (before.isEmpty() || !truth.isEmpty()) {
			return null;
		}
		this.recoveredAt = this.tasks.nanoTime();
		return before;
	}

	/** How many were not there before, and do not stand for one that was. */
	private long newcomers(List<Instance> before, List<Instance> staying, List<Instance> truth) {
		Set<String> known = before.stream().map(Instance::id).collect(Collectors.toSet());
		this.gone.forEach((one) -> known.add(one.id));
		Set<String> addresses = staying.stream().map(GuardedService::address).collect(Collectors.toSet());
		return truth.stream()
			.filter((instance) -> !known.contains(instance.id()) && !addresses.contains(address(instance)))
			.count();
	}

	/**
	 * Those that are back, or went too long ago, do not count any more; and whoever comes
	 * takes the place of one that went.
	 */
	private void forget(Set<String> there, long newcomers) {
		long since = this.tasks.nanoTime() - this.guard.hold().toNanos();
		this.gone.removeIf((one) -> one.at - since < 0 || there.contains(one.id));
		for (long left = Math.min(newcomers, this.gone.size()); left > 0; left--) {
			this.gone.remove();
		}
	}

	/** Another process may run where one was, under an id of its own. */
	private static String address(Instance instance) {
		return instance.host() + ":" + instance.port();
	}

	private boolean isTooMany(int missing, int staying) {
		int all = staying + this.gone.size();
		int lost = missing + this.gone.size();
		return lost > this.guard.share() * all && (all > this.guard.minInstances() || isShaken());
	}

	/** Whether the backend was unreachable a moment ago: it may have lost its data. */
	private boolean isShaken() {
		Long recovered = this.recoveredAt;
		return !this.connected
				|| (recovered != null && this.tasks.nanoTime() - recovered < this.guard.hold().toNanos());
	}

	/**
	 * Those that stay: all but who has been missing for long enough when asked for, while
	 * the connection stood.
	 */
	private List<Instance> keep(List<Instance> missing, int staying, boolean asked) {
		Doubt doubt = (this.doubt != null) ? this.doubt : begin(missing.size(), staying);
		doubt.missing(missing, this.tasks.nanoTime());
		// Whoever has to register again needs some time after each return of the backend.
		int confirmed = (asked && !isShaken()) ? doubt.giveUp(this.tasks.nanoTime() - this.guard.hold().toNanos()) : 0;
		if (confirmed > 0) {
			logger.info("Service {}: {} instances were gone from backend '{}' and are given up: it confirms that",
					this.service, confirmed, this.backend);
		}
		if (doubt.since.isEmpty()) {
			this.doubt = null;
		}
		return missing.stream().filter((instance) -> doubt.since.containsKey(instance.id())).toList();
	}

	private Doubt begin(int missing, int staying) {
		Doubt doubt = new Doubt();
		this.doubt = doubt;
		this.backoff.reset();
		logger.warn(
				"Service {}: {} of {} instances are gone at once from backend '{}', which had not said that they leave. "
						+ "They are kept until it confirms that when asked again",
				this.service, missing, staying, this.backend);
		readLater(FIRST_READ, doubt);
		return doubt;
	}

	private void settle() {
		if (this.doubt != null) {
			this.doubt = null;
			logger.info("Service {}: the instances that were gone from backend '{}' are there again", this.service,
					this.backend);
		}
	}

	private void readLater(Duration delay, Doubt reason) {
		this.tasks.later(delay, () -> this.tasks.waiting(() -> read(reason)));
	}

	private void read(Doubt reason) {
		long before;
		synchronized (this) {
			if (this.doubt != reason || this.ended) {
				return;
			}
			before = this.version;
		}
		List<Instance> read = null;
		try {
			read = this.discovery.read(this.service);
		}
		catch (RuntimeException | Error ex) {
			// Errors too: what is in doubt has to be asked for again.
			logger.debug("Backend '{}' cannot confirm what is gone from service {}", this.backend, this.service, ex);
		}
		judge(reason, read, before);
	}

	private synchronized void judge(Doubt reason, @Nullable List<Instance> read, long before) {
		if (this.doubt != reason || this.ended) {
			return;
		}
		// What the watch has told meanwhile may be newer than what was read.
		if (read != null && before == this.version) {
			take(read, true);
			this.backoff.reset();
		}
		if (this.doubt == reason) {
			long pause = Math.max(this.backoff.nextNanos(), FIRST_READ.toNanos());
			long left = reason.nanosTo(this.guard.hold().toNanos(), this.tasks.nanoTime());
			readLater(Duration.ofNanos((left > 0) ? Math.min(pause, left) : pause), reason);
		}
	}

	private static List<Instance> with(List<Instance> truth, List<Instance> kept) {
		List<Instance> all = new ArrayList<>(truth);
		all.addAll(kept);
		all.sort(Comparator.comparing(Instance::id));
		return List.copyOf(all);
	}

	private void tell(List<Instance> instances) {
		if (!instances.equals(this.told)) {
			this.told = instances;
			this.listener.onInstances(instances);
		}
	}

	synchronized void end() {
		this.ended = true;
		this.doubt = null;
	}

	/** That instances are missing. */
	private static final class Doubt {

		/** Since when, by id. */
		private final Map<String, Long> since = new HashMap<>();

		void missing(List<Instance> missing, long now) {
			this.since.keySet().retainAll(missing.stream().map(Instance::id).collect(Collectors.toSet()));
			missing.forEach((instance) -> this.since.putIfAbsent(instance.id(), now));
		}

		/** Gives up those that were missing then; tells how many. */
		int giveUp(long then) {
			int before = this.since.size();
			this.since.values().removeIf((since) -> since - then <= 0);
			return before - this.since.size();
		}

		/** How long it takes until somebody has been missing for that time. */
		long nanosTo(long time, long now) {
			return this.since.values().stream().mapToLong((since) -> since - now + time).min().orElse(0);
		}

	}

	/** An instance that was let go, as one of few. */
	private record Gone(String id, long at) {
	}

}
