package io.governance.registry;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.Subscription;

/**
 * Live lists of the instances of services. The first use of a service starts one watch,
 * which all callers share and which lasts until the directory is closed. While the
 * backend cannot be reached the last list stays. Thread-safe; only {@link #await} and
 * {@link #services()} block.
 */
public final class ServiceDirectory implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(ServiceDirectory.class);

	private final Discovery discovery;

	private final ConcurrentMap<String, Watched> watched = new ConcurrentHashMap<>();

	/** Starts watches, so that no caller is held up by what a backend does meanwhile. */
	private final ThreadPoolExecutor starter;

	private volatile boolean closed;

	/**
	 * Creates a directory; nothing is watched before it is asked for.
	 * @param discovery where instances are found; not closed by the directory
	 */
	public ServiceDirectory(Discovery discovery) {
		this.discovery = discovery;
		this.starter = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), (task) -> {
			Thread thread = new Thread(task, "governance-directory");
			thread.setDaemon(true);
			return thread;
		});
		this.starter.allowCoreThreadTimeOut(true);
	}

	/**
	 * The services that have at least one instance, as the backend tells now. Blocks for
	 * no longer than the backend's own deadline.
	 * @return their names
	 * @throws BackendUnavailableException if the backend cannot be asked
	 */
	public Set<String> services() {
		return this.discovery.services();
	}

	/**
	 * The instances of a service as they are known now, without waiting for anything.
	 * @param service the service
	 * @return the instances; not known yet after the first use of the service
	 * @throws IllegalArgumentException if this is not a service's name
	 * @throws IllegalStateException if the directory is closed
	 */
	public ServiceInstances instances(String service) {
		return watched(service).current;
	}

	/**
	 * The instances of a service as soon as they are known.
	 * @param service the service
	 * @return completes with the first list that the backend delivers, when subscribers
	 * have been told of it, on the thread that delivers it; at once if there is one;
	 * fails when the directory is closed; never completes while the backend does not
	 * answer
	 * @throws IllegalArgumentException if this is not a service's name
	 * @throws IllegalStateException if the directory is closed
	 */
	public CompletionStage<ServiceInstances> ready(String service) {
		return watched(service).ready.minimalCompletionStage();
	}

	/**
	 * The instances of a service, waiting for the first list and until subscribers have
	 * been told of it. Blocks: not for event loops.
	 * @param service the service
	 * @param timeout how long to wait at most
	 * @return the instances as they are known then; not known if the time ran out or the
	 * thread was interrupted, whose flag is kept
	 * @throws IllegalArgumentException if this is not a service's name
	 * @throws IllegalStateException if the directory is closed
	 */
	public ServiceInstances await(String service, Duration timeout) {
		Watched entry = watched(service);
		// Not "known": the list is known a moment before all subscribers have been told.
		if (entry.ready.isDone() && !entry.ready.isCompletedExceptionally()) {
			return entry.current;
		}
		try {
			entry.ready.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException ex) {
			logger.debug("Nothing is known of service {} after {}", service, timeout);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(ex.getCause());
		}
		return entry.current;
	}

	/**
	 * Tells the instances of a service: as they are known now, on the calling thread, and
	 * after every change, on the thread that delivers it; never an older state after a
	 * newer one. A subscriber must be quick. What it throws is logged and ignored.
	 * @param service the service
	 * @param subscriber who is told, one at a time
	 * @return ends it
	 * @throws IllegalArgumentException if this is not a service's name
	 * @throws IllegalStateException if the directory is closed
	 */
	public Subscription subscribe(String service, Consumer<ServiceInstances> subscriber) {
		return watched(service).subscribe(subscriber);
	}

	/**
	 * Ends all watches. What was known stays readable through stages that have completed.
	 */
	@Override
	public void close() {
		this.closed = true;
		this.starter.shutdown();
		this.watched.values().forEach(Watched::close);
	}

	private Watched watched(String service) {
		Watched entry = this.watched.get(service);
		if (entry == null) {
			return start(service);
		}
		if (entry.refused.get() && entry.refused.compareAndSet(true, false) && !this.closed) {
			execute(entry);
		}
		return entry;
	}

	private Watched start(String service) {
		Instance.checkService(service);
		if (this.closed) {
			throw new IllegalStateException("Discovery has ended");
		}
		Watched entry = new Watched(service);
		Watched other = this.watched.putIfAbsent(service, entry);
		if (other != null) {
			return other;
		}
		execute(entry);
		return entry;
	}

	private void execute(Watched entry) {
		try {
			this.starter.execute(entry::start);
		}
		catch (RejectedExecutionException ex) {
			throw new IllegalStateException("Discovery has ended", ex);
		}
	}

	/** One watch and what it delivered last. */
	private final class Watched implements InstancesListener {

		private final String service;

		private final CompletableFuture<ServiceInstances> ready = new CompletableFuture<>();

		private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();

		private volatile ServiceInstances current;

		private @Nullable Subscription watch;

		private boolean told;

		/** Set when the discovery would not watch; the next use tries again. */
		private final AtomicBoolean refused = new AtomicBoolean();

		Watched(String service) {
			this.service = service;
			this.current = ServiceInstances.unknown(service);
		}

		synchronized void start() {
			if (ServiceDirectory.this.closed) {
				return;
			}
			try {
				this.watch = ServiceDirectory.this.discovery.watch(this.service, this);
			}
			catch (RuntimeException ex) {
				if (!this.told) {
					this.told = true;
					logger.warn("Service {} cannot be watched ({}): its next use tries again", this.service,
							ex.getClass().getName());
				}
				this.refused.set(true);
			}
		}

		@Override
		public void onInstances(List<Instance> instances) {
			ServiceInstances before = this.current;
			if (!before.known() || !before.instances().equals(instances)) {
				become(before.with(instances));
				long callable = instances.stream().filter((instance) -> instance.status().takesCalls()).count();
				logger.info("Service {} has {} instances, {} of them take calls", this.service, instances.size(),
						callable);
			}
		}

		@Override
		public void onConnection(ConnectionState state) {
			boolean connected = state == ConnectionState.CONNECTED;
			if (connected != this.current.connected()) {
				become(this.current.with(connected));
			}
		}

		/** Called one at a time, as the watch delivers. */
		private void become(ServiceInstances next) {
			this.current = next;
			this.subscribers.forEach(Subscriber::tell);
			if (next.known()) {
				this.ready.complete(next);
			}
		}

		Subscription subscribe(Consumer<ServiceInstances> consumer) {
			Subscriber subscriber = new Subscriber(this, consumer);
			this.subscribers.add(subscriber);
			subscriber.tell();
			return subscriber;
		}

		void close() {
			Subscription ended;
			synchronized (this) {
				ended = this.watch;
				this.watch = null;
			}
			if (ended != null) {
				ended.close();
			}
			this.ready.completeExceptionally(new IllegalStateException("Discovery has ended"));
		}

	}

	/** Told the newest state, one at a time, whichever thread brings it. */
	private static final class Subscriber implements Subscription {

		private final Watched watched;

		private final Consumer<ServiceInstances> consumer;

		private @Nullable ServiceInstances told;

		private boolean ended;

		Subscriber(Watched watched, Consumer<ServiceInstances> consumer) {
			this.watched = watched;
			this.consumer = consumer;
		}

		synchronized void tell() {
			ServiceInstances current = this.watched.current;
			if (this.ended || !current.known() || current == this.told) {
				return;
			}
			this.told = current;
			try {
				this.consumer.accept(current);
			}
			catch (RuntimeException ex) {
				logger.warn("A subscriber to service {} failed", this.watched.service, ex);
			}
		}

		@Override
		public synchronized void close() {
			this.ended = true;
			this.watched.subscribers.remove(this);
		}

	}

}
