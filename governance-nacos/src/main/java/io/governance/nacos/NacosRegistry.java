package io.governance.nacos;

import java.time.Duration;
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

import com.alibaba.nacos.api.remote.request.Request;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.governance.Backoff;
import io.governance.BackendUnavailableException;
import io.governance.backend.support.DaemonThreads;
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
		locked(what, () -> {
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
			known.held = all;
			own.forEach((instance) -> known.attempted.remove(instance.id()));
		});
		if (!becomesVisible(service, own, Set.of())) {
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

	private void putPersistent(String service, OwnService known, List<Instance> own) {
		for (Instance instance : own) {
			Instance before = known.held.get(instance.id());
			if (before != null && (!before.host().equals(instance.host()) || before.port() != instance.port())) {
				this.naming.deregister(service, before);
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
	private boolean becomesVisible(String service, List<Instance> present, Set<String> absent) {
		long deadline = System.nanoTime() + VISIBLE_NANOS;
		try {
			while (System.nanoTime() < deadline && !Thread.currentThread().isInterrupted()) {
				List<Instance> seen = this.naming.registered(service);
				if (new HashSet<>(seen).containsAll(present)
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
		Set<String> own = locked("look for own instances of " + service, () -> {
			OwnService known = this.services.get(service);
			return (known != null) ? Set.copyOf(known.held.keySet()) : Set.<String>of();
		});
		List<Instance> seen = own(own, this.naming.registered(service));
		if (seen.size() < own.size()) {
			// What an operator has disabled no client gets to see, but it is there.
			seen = own(own, this.naming.allRegistered(service));
		}
		return seen;
	}

	private static List<Instance> own(Set<String> ids, List<Instance> seen) {
		return seen.stream().filter((instance) -> ids.contains(instance.id())).toList();
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

	/** Own instances of one service. Guarded by the registry's lock. */
	private static final class OwnService {

		/** What the server has taken. */
		private Map<String, Instance> held = new TreeMap<>();

		/** What the server may hold although it has not said so. */
		private final Map<String, Instance> attempted = new TreeMap<>();

		@Nullable Instance find(String id) {
			Instance instance = this.held.get(id);
			return (instance != null) ? instance : this.attempted.get(id);
		}

	}

}
