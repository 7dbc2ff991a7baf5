package io.governance.nacos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

import com.alibaba.nacos.api.remote.request.Request;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.governance.Backoff;
import io.governance.BackendUnavailableException;
import io.governance.DaemonThreads;
import io.governance.registry.Instance;
import io.governance.registry.Registry;

/**
 * Own instances. Nacos ties them to the connection and knows one set of them for each
 * service and connection, so that the whole set is sent each time, and again when there
 * is a new connection.
 */
final class NacosRegistry implements Registry, LinkListener {

	private static final Logger logger = LoggerFactory.getLogger(NacosRegistry.class);

	private static final Duration RETRY_BASE = Duration.ofMillis(200);

	private static final Duration RETRY_CAP = Duration.ofSeconds(2);

	private static final long VISIBLE_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final long VISIBLE_PAUSE = TimeUnit.MILLISECONDS.toNanos(20);

	private final NacosNaming naming;

	private final NacosSettings settings;

	private final ReentrantLock lock = new ReentrantLock();

	private final Map<String, OwnService> services = new HashMap<>();

	private final ScheduledThreadPoolExecutor redo;

	private final Backoff backoff;

	private boolean listening;

	private volatile boolean closed;

	NacosRegistry(String backend, NacosNaming naming, NacosSettings settings) {
		this.naming = naming;
		this.settings = settings;
		this.redo = new ScheduledThreadPoolExecutor(1, new DaemonThreads(backend, "registry"));
		this.backoff = new Backoff(RETRY_BASE, RETRY_CAP, RandomGenerator.getDefault());
	}

	@Override
	public void put(String service, List<Instance> own) {
		for (Instance instance : own) {
			if (!instance.service().equals(service)) {
				throw new IllegalArgumentException("Instance '" + instance.id() + "' is of service '"
						+ instance.service() + "', not '" + service + "'");
			}
			NacosInstances.toNacos(instance, this.settings);
		}
		String what = "register instances of " + service;
		List<Change> changes = locked(what, () -> {
			OwnService known = this.services.computeIfAbsent(service, (name) -> new OwnService());
			Map<String, Instance> all = new TreeMap<>(known.held);
			own.forEach((instance) -> all.put(instance.id(), instance));
			checkAddresses(all.values());
			listen();
			// What fails may have been done: removing it must not be forgotten.
			own.forEach((instance) -> known.attempted.put(instance.id(), instance));
			if (this.settings.ephemeral()) {
				this.naming.register(service, all.values());
			}
			else {
				putPersistent(service, known, own);
			}
			own.forEach((instance) -> known.attempted.remove(instance.id()));
			return known.hold(all, own);
		});
		if (!becomesVisible(service, changes, Set.of())) {
			// A busy server may lose what it has accepted right after a withdrawal.
			locked(what, () -> registerOnceMore(service, own));
		}
	}

	private void registerOnceMore(String service, List<Instance> own) {
		OwnService known = this.services.get(service);
		if (known == null || !known.held.values().containsAll(own)) {
			return;
		}
		logger.debug("What was registered of {} cannot be seen yet: registered once more", service);
		if (this.settings.ephemeral()) {
			this.naming.register(service, known.held.values());
		}
		else {
			own.forEach((instance) -> this.naming.registerPersistent(service, instance));
		}
	}

	private static void checkAddresses(Collection<Instance> instances) {
		Map<String, String> seen = new HashMap<>();
		for (Instance instance : instances) {
			String address = instance.host() + ":" + instance.port();
			String other = seen.put(address, instance.id());
			if (other != null) {
				throw new IllegalArgumentException(
						"Instances '" + other + "' and '" + instance.id() + "' of service '" + instance.service()
								+ "' are both at " + address + ": Nacos knows one instance of a service at an address");
			}
		}
	}

	/**
	 * One that stays may have been put at another address, also by an earlier process.
	 */
	private void putPersistent(String service, OwnService known, List<Instance> own) {
		List<Instance> there = new ArrayList<>(known.held.values());
		there.addAll(this.naming.registered(service));
		for (Instance instance : own) {
			for (Instance before : there) {
				if (before.id().equals(instance.id())
						&& (!before.host().equals(instance.host()) || before.port() != instance.port())) {
					this.naming.deregister(service, before);
				}
			}
			this.naming.registerPersistent(service, instance);
		}
	}

	private void listen() {
		if (!this.listening) {
			this.naming.link().listen(this);
			this.listening = true;
		}
	}

	@Override
	public void remove(String service, String instanceId) {
		boolean removed = locked("withdraw instance '" + instanceId + "' of " + service, () -> {
			OwnService known = this.services.get(service);
			Instance instance = (known != null) ? known.find(instanceId) : null;
			if (known == null || instance == null) {
				return false;
			}
			// From here on a new connection does not bring it back.
			known.held.remove(instanceId);
			known.attempted.put(instanceId, instance);
			if (this.settings.ephemeral() && !known.held.isEmpty()) {
				this.naming.register(service, known.held.values());
			}
			else {
				this.naming.deregister(service, instance);
			}
			known.attempted.remove(instanceId);
			if (known.held.isEmpty() && known.attempted.isEmpty()) {
				this.services.remove(service);
			}
			return true;
		});
		if (removed) {
			becomesVisible(service, List.of(), Set.of(instanceId));
		}
	}

	/**
	 * The server tells what it has been told only a moment later, some 500 ms by default.
	 * Waits for it.
	 * @return {@code false} if it is not told in time although the server answers
	 */
	private boolean becomesVisible(String service, List<Change> changes, Set<String> absent) {
		long deadline = System.nanoTime() + VISIBLE_NANOS;
		try {
			while (System.nanoTime() < deadline && !Thread.currentThread().isInterrupted()) {
				List<Instance> seen = this.naming.registered(service);
				if (changes.stream().allMatch((change) -> seen.stream().anyMatch(change::isDone))
						&& seen.stream().noneMatch((instance) -> absent.contains(instance.id()))) {
					return true;
				}
				LockSupport.parkNanos(VISIBLE_PAUSE);
			}
			return Thread.currentThread().isInterrupted();
		}
		catch (BackendUnavailableException ex) {
			// It is done, whether it can be seen now or not.
			return true;
		}
	}

	@Override
	public List<Instance> observe(String service) {
		String what = "look for own instances of " + service;
		Set<String> own = locked(what, () -> {
			OwnService known = this.services.get(service);
			return (known != null) ? Set.copyOf(known.held.keySet()) : Set.<String>of();
		});
		List<Instance> shown = own(own, this.naming.registered(service));
		// What an operator has disabled no client gets to see, but it is there.
		List<Instance> all = (shown.size() < own.size()) ? own(own, this.naming.allRegistered(service)) : shown;
		return locked(what, () -> {
			OwnService known = this.services.get(service);
			return (known != null) ? known.observe(shown, all) : List.<Instance>of();
		});
	}

	private static List<Instance> own(Set<String> ids, List<Instance> seen) {
		return seen.stream().filter((instance) -> ids.contains(instance.id())).toList();
	}

	/** In what no operator has a say. */
	private static boolean agree(Instance there, Instance put) {
		return there.host().equals(put.host()) && there.port() == put.port() && there.status() == put.status();
	}

	@Override
	public void connected() {
		soon(0);
	}

	@Override
	public void lost() {
		// A connection that has gone has taken the registrations along: the next one
		// mends it.
	}

	@Override
	public void pushed(Request push) {
		// Nothing of what is pushed is about own instances.
	}

	private void soon(long delayNanos) {
		try {
			this.redo.schedule(this::registerAgain, delayNanos, TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			// It is being closed.
		}
	}

	private void registerAgain() {
		if (!this.settings.ephemeral() || !this.naming.link().isConnected()) {
			return;
		}
		try {
			locked("register own instances again", this::registerAll);
			this.backoff.reset();
		}
		catch (RuntimeException ex) {
			logger.debug("Own instances could not be registered on a new connection; tried again", ex);
			soon(this.backoff.nextNanos());
		}
	}

	/** One that is refused does not keep the others out. */
	private void registerAll() {
		RuntimeException failure = null;
		for (Map.Entry<String, OwnService> entry : this.services.entrySet()) {
			try {
				if (!entry.getValue().held.isEmpty()) {
					this.naming.register(entry.getKey(), entry.getValue().held.values());
				}
			}
			catch (RuntimeException ex) {
				failure = ex;
				if (!this.naming.link().isConnected()) {
					break;
				}
			}
		}
		if (failure != null) {
			throw failure;
		}
	}

	private void locked(String what, Runnable task) {
		locked(what, () -> {
			task.run();
			return true;
		});
	}

	private <T> T locked(String what, Supplier<T> task) {
		if (this.closed) {
			throw new IllegalStateException("The registry is closed");
		}
		try {
			if (!this.lock.tryLock(this.settings.timeout().toNanos(), TimeUnit.NANOSECONDS)) {
				throw this.naming.link().refused(what, "another call of this registry is still waiting for the server");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw this.naming.link().refused(what, "interrupted");
		}
		try {
			return task.get();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void close() {
		this.closed = true;
		this.redo.shutdownNow();
	}

	/**
	 * Own instances of one service. What an operator sets in the console of Nacos wins
	 * over what is registered, however often it is. Guarded by the registry's lock.
	 */
	private static final class OwnService {

		/** What the server has taken. */
		private Map<String, Instance> held = new TreeMap<>();

		/** What the server may hold although it has not said so. */
		private final Map<String, Instance> attempted = new TreeMap<>();

		/** What was observed last of those that have not been put otherwise since. */
		private final Map<String, Instance> observed = new HashMap<>();

		/** Whom an operator had disabled when they were observed last. */
		private Set<String> disabled = Set.of();

		@Nullable Instance find(String id) {
			Instance instance = this.held.get(id);
			return (instance != null) ? instance : this.attempted.get(id);
		}

		/** Remembers what was put, and returns what of it can be seen. */
		List<Change> hold(Map<String, Instance> all, List<Instance> put) {
			List<Change> changes = new ArrayList<>();
			for (Instance instance : put) {
				Instance before = this.held.get(instance.id());
				if (!instance.equals(before)) {
					this.observed.remove(instance.id());
				}
				if (!this.disabled.contains(instance.id())) {
					changes.add(new Change(before, instance));
				}
			}
			this.held = all;
			return changes;
		}

		List<Instance> observe(List<Instance> shown, List<Instance> all) {
			Set<String> hidden = new HashSet<>();
			all.forEach((instance) -> hidden.add(instance.id()));
			shown.forEach((instance) -> hidden.remove(instance.id()));
			this.disabled = hidden;
			return all.stream().map(this::observe).toList();
		}

		/**
		 * Another weight is an operator's. Anything else may be repaired by registering
		 * again; if it is not, it is an operator's, too.
		 */
		private Instance observe(Instance there) {
			Instance put = this.held.getOrDefault(there.id(), there);
			Instance seen = there.toBuilder().weight(put.weight()).build();
			boolean again = seen.equals(this.observed.put(seen.id(), seen));
			return (again && agree(seen, put)) ? put : seen;
		}

	}

	/**
	 * An instance that was put.
	 *
	 * @param before as what it was put before
	 * @param now as what it is put now
	 */
	private record Change(@Nullable Instance before, Instance now) {

		/**
		 * Whether nothing that was put otherwise is as before: the rest is an operator's.
		 */
		boolean isDone(Instance there) {
			return there.id().equals(this.now.id()) && agree(there, this.now)
					&& (this.before == null || isDone(there, this.before));
		}

		private boolean isDone(Instance there, Instance before) {
			List<Object> parts = parts(there);
			List<Object> old = parts(before);
			List<Object> wanted = parts(this.now);
			return IntStream.range(0, parts.size())
				.allMatch((i) -> parts.get(i).equals(wanted.get(i)) || !parts.get(i).equals(old.get(i)));
		}

		private static List<Object> parts(Instance instance) {
			return List.of(instance.secure(), instance.zone(), instance.version(), instance.lane(), instance.weight(),
					instance.metadata());
		}

	}

}
