package io.governance.registry;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.governance.BackendUnavailableException;
import io.governance.DaemonThreads;
import io.governance.Subscription;

/**
 * Live lists of the instances of services. The first use of a service starts one watch,
 * which all callers share and which lasts until the directory is closed. While the
 * backend cannot be reached the last list stays. Thread-safe; only {@code await} and
 * {@link #services()} block.
 */
public final class ServiceDirectory implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(ServiceDirectory.class);

	private final Discovery discovery;

	private final List<GuardedDiscovery> guarded;

	private final boolean fallsBack;

	private final DirectoryTasks tasks;

	private final Duration patience;

	private final @Nullable InstanceCache cache;

	private final InstantSource clock;

	private final @Nullable Consumer<ServiceInstances> listener;

	private final ConcurrentMap<String, WatchedList> watched = new ConcurrentHashMap<>();

	/** Starts watches, so that no caller is held up by what a backend does meanwhile. */
	private final ThreadPoolExecutor starter;

	private volatile boolean closed;

	/**
	 * Creates a directory over one discovery, whose lists are believed as they are;
	 * nothing is watched before it is asked for.
	 * @param discovery where instances are found; not closed by the directory
	 */
	public ServiceDirectory(Discovery discovery) {
		this(new Builder().source("discovery", discovery).guard(null));
	}

	private ServiceDirectory(Builder builder) {
		this.tasks = builder.tasks.get();
		this.patience = builder.patience;
		this.cache = builder.cache;
		this.clock = builder.clock;
		this.listener = builder.listener;
		this.guarded = new ArrayList<>();
		this.fallsBack = builder.sources.hasFallbacks();
		this.discovery = builder.sources.compose(this.patience, this.tasks, builder.random, this.guarded::add);
		this.starter = new ThreadPoolExecutor(1, 1, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(),
				new DaemonThreads("governance-directory"));
		this.starter.allowCoreThreadTimeOut(true);
	}

	/**
	 * Begins a directory whose lists are doubted when they shrink.
	 * @return a builder, which needs a source
	 */
	public static Builder builder() {
		return new Builder();
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
		return watched(service).current();
	}

	/**
	 * The instances of a service as soon as they are known.
	 * @param service the service
	 * @return completes with the first list, from the backend or, while it does not
	 * answer, from the disk, when subscribers have been told of it, on the thread that
	 * delivers it; at once if there is one; fails when the directory is closed; never
	 * completes while nothing is known. Its future is the caller's own: whoever cancels
	 * it waits no longer, and is forgotten
	 * @throws IllegalArgumentException if this is not a service's name
	 * @throws IllegalStateException if the directory is closed
	 */
	public CompletionStage<ServiceInstances> ready(String service) {
		return watched(service).ready().newFuture();
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
		WatchedList entry = watched(service);
		// Not "known": the list is known a moment before all subscribers have been told.
		if (entry.ready().isComplete()) {
			return entry.current();
		}
		try {
			entry.ready().await(timeout);
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
		return entry.current();
	}

	/**
	 * Starts to watch services, and waits for the first list of all of them. Blocks: not
	 * for event loops.
	 * @param services the services
	 * @param timeout how long to wait at most, for all of them together
	 * @return those of which nothing is known yet
	 * @throws IllegalArgumentException if one of them is not a service's name
	 * @throws IllegalStateException if the directory is closed
	 */
	public Set<String> await(Collection<String> services, Duration timeout) {
		services.forEach(this::watched);
		long end = System.nanoTime() + timeout.toNanos();
		Set<String> unknown = new TreeSet<>();
		for (String service : services) {
			Duration left = Duration.ofNanos(Math.max(0, end - System.nanoTime()));
			if (!await(service, left).known()) {
				unknown.add(service);
			}
		}
		return unknown;
	}

	/**
	 * The instances that are kept although their backend lacks them, until it confirms
	 * that they are gone.
	 * @return how many, by service; only services that have some
	 */
	public Map<String, Integer> held() {
		Map<String, Integer> held = new TreeMap<>();
		this.guarded
			.forEach((backend) -> backend.held().forEach((service, count) -> held.merge(service, count, Integer::sum)));
		return held;
	}

	/**
	 * The services that are watched, and what is known of them now.
	 * @return the lists in the order of the services' names, perhaps not known
	 */
	public List<ServiceInstances> watched() {
		return new TreeMap<>(this.watched).values().stream().map(WatchedList::current).toList();
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
		this.watched.values().forEach(WatchedList::close);
		this.tasks.close();
	}

	private WatchedList watched(String service) {
		WatchedList entry = this.watched.get(service);
		if (entry == null) {
			return start(service);
		}
		if (entry.takeRefusal() && !this.closed) {
			begin(entry);
		}
		return entry;
	}

	private WatchedList start(String service) {
		Instance.checkService(service);
		if (this.closed) {
			throw new IllegalStateException("Discovery has ended");
		}
		WatchedList entry = new WatchedList(service, this.discovery, this.tasks, this.cache, this.clock,
				(instances) -> recall(service, instances));
		WatchedList other = this.watched.putIfAbsent(service, entry);
		if (other != null) {
			return other;
		}
		if (this.listener != null) {
			entry.subscribe(this.listener);
		}
		begin(entry);
		return entry;
	}

	/** Of several sources and fallbacks, none is known to have told what is on disk. */
	private void recall(String service, List<Instance> instances) {
		if (this.guarded.size() == 1 && !this.fallsBack) {
			this.guarded.get(0).recall(service, instances);
		}
	}

	private void begin(WatchedList entry) {
		try {
			this.starter.execute(() -> entry.start(this.patience));
		}
		catch (Error ex) {
			// No thread could be made.
			entry.refuse();
			throw ex;
		}
		catch (RejectedExecutionException ex) {
			throw new IllegalStateException("Discovery has ended", ex);
		}
	}

	/** Builds a {@link ServiceDirectory}. Not thread-safe. */
	public static final class Builder {

		private final DirectorySources sources = new DirectorySources();

		private Duration patience = Duration.ofSeconds(1);

		private @Nullable InstanceCache cache;

		private InstantSource clock = InstantSource.system();

		private @Nullable Consumer<ServiceInstances> listener;

		private Supplier<DirectoryTasks> tasks = DirectoryTasks::onThreads;

		private RandomGenerator random = new SplittableRandom();

		private Builder() {
		}

		/**
		 * Adds a source of instances. Of several, the first in their order that tells an
		 * instance, by its host and port, describes it.
		 * @param name a name of its own, for the log
		 * @param discovery the source; not closed by the directory
		 * @return this builder
		 */
		public Builder source(String name, Discovery discovery) {
			this.sources.add(name, discovery);
			return this;
		}

		/**
		 * Adds what is used for a service while the sources, and the fallbacks before it,
		 * know no instance of it that could be called; never because of an error.
		 * @param name a name of its own, for the log
		 * @param discovery gives it, always the same, when it is needed; not closed by
		 * the directory
		 * @return this builder
		 */
		public Builder fallback(String name, Supplier<Discovery> discovery) {
			this.sources.fallBack(name, discovery);
			return this;
		}

		/**
		 * Sets when a list that shrinks is doubted; {@link ShrinkGuard#DEFAULTS} if this
		 * is not called.
		 * @param guard the guard, or {@code null} to believe every list
		 * @return this builder
		 */
		public Builder guard(@Nullable ShrinkGuard guard) {
			this.sources.guard(guard);
			return this;
		}

		/**
		 * Sets how long one source that does not answer holds up the first list of a
		 * service, and its list on disk; 1 s if this is not called.
		 * @param patience the time
		 * @return this builder
		 */
		public Builder patience(Duration patience) {
			this.patience = patience;
			return this;
		}

		/**
		 * Sets where lists are kept for a start without the backend; nowhere if this is
		 * not called.
		 * @param cache the cache, or {@code null} for none
		 * @return this builder
		 */
		public Builder cache(@Nullable InstanceCache cache) {
			this.cache = cache;
			return this;
		}

		/**
		 * Sets who is told of every change of every service, on the thread that delivers
		 * it: it must be quick.
		 * @param listener who is told, for each service one at a time
		 * @return this builder
		 */
		public Builder listener(Consumer<ServiceInstances> listener) {
			this.listener = listener;
			return this;
		}

		Builder clock(InstantSource clock) {
			this.clock = clock;
			return this;
		}

		Builder tasks(DirectoryTasks tasks, RandomGenerator random) {
			this.tasks = () -> tasks;
			this.random = random;
			return this;
		}

		/**
		 * Builds the directory.
		 * @return the directory; nothing is watched before it is asked for
		 * @throws IllegalStateException if there is no source
		 */
		public ServiceDirectory build() {
			return new ServiceDirectory(this);
		}

	}

}
