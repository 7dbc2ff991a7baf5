package io.governance.registry;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import io.governance.ConnectionState;
import io.governance.Subscription;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The live list of one service: one watch, what it told last, and who is told of it.
 * Until the backend answers, the list may be one that was kept on disk. Thread-safe.
 */
final class WatchedList implements InstancesListener {

	private static final Logger logger = LoggerFactory.getLogger(ServiceDirectory.class);

	/** Changes that follow each other closely are written once. */
	private static final Duration SAVE_DELAY = Duration.ofSeconds(1);

	private final String service;

	private final Discovery discovery;

	private final DirectoryTasks tasks;

	private final @Nullable InstanceCache cache;

	private final InstantSource clock;

	/** Told what is on disk before it counts. */
	private final Consumer<List<Instance>> recalled;

	private final Readiness ready = new Readiness();

	private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();

	/** Set when the discovery would not watch; the next use tries again. */
	private final AtomicBoolean refused = new AtomicBoolean();

	private final AtomicBoolean unsaved = new AtomicBoolean();

	private final Object watching = new Object();

	private volatile ServiceInstances current;

	private @Nullable Subscription watch;

	private boolean closed;

	private boolean toldRefusal;

	WatchedList(String service, Discovery discovery, DirectoryTasks tasks, @Nullable InstanceCache cache,
			InstantSource clock, Consumer<List<Instance>> recalled) {
		this.service = service;
		this.discovery = discovery;
		this.tasks = tasks;
		this.cache = cache;
		this.clock = clock;
		this.recalled = recalled;
		this.current = ServiceInstances.unknown(service);
	}

	ServiceInstances current() {
		return this.current;
	}

	Readiness ready() {
		return this.ready;
	}

	/** Whether the watch has to be started again; tells one caller only. */
	boolean takeRefusal() {
		return this.refused.get() && this.refused.compareAndSet(true, false);
	}

	/** There is no watch: the next use tries again. */
	void refuse() {
		this.refused.set(true);
	}

	/** Begins the watch; the list on disk counts if nothing is known some time later. */
	void start(Duration patience) {
		if (this.cache != null) {
			this.tasks.later(patience, this::loadIfUnknown);
		}
		follow();
	}

	private void follow() {
		synchronized (this.watching) {
			if (this.closed) {
				return;
			}
			try {
				this.watch = this.discovery.watch(this.service, this);
			}
			catch (RuntimeException | Error ex) {
				if (!this.toldRefusal) {
					this.toldRefusal = true;
					logger.warn("Service {} cannot be watched ({}): its next use tries again", this.service,
							ex.getClass().getName());
				}
				refuse();
			}
		}
	}

	@Override
	public void onInstances(List<Instance> instances) {
		boolean changed = become(
				(before) -> (before.known() && !before.fromDisk() && before.instances().equals(instances)) ? before
						: before.with(instances));
		if (changed) {
			long callable = instances.stream().filter((instance) -> instance.status().takesCalls()).count();
			logger.info("Service {} has {} instances, {} of them take calls", this.service, instances.size(), callable);
			saveLater();
		}
	}

	@Override
	public void onConnection(ConnectionState state) {
		boolean connected = state == ConnectionState.CONNECTED;
		become((before) -> (before.connected() == connected) ? before : before.with(connected));
		if (!connected) {
			loadIfUnknown();
		}
	}

	/**
	 * Changes the list and tells the subscribers. Whoever changes it at the same time
	 * tells them as well; each is told the newest only.
	 */
	private boolean become(UnaryOperator<ServiceInstances> change) {
		ServiceInstances next;
		synchronized (this) {
			next = change.apply(this.current);
			if (next == this.current) {
				return false;
			}
			this.current = next;
		}
		this.subscribers.forEach(Subscriber::tell);
		if (next.known()) {
			this.ready.complete(next);
		}
		return true;
	}

	private void loadIfUnknown() {
		if (this.cache != null && !this.current.known()) {
			this.tasks.waiting(() -> load(this.cache));
		}
	}

	private void load(InstanceCache cache) {
		if (this.current.known()) {
			return;
		}
		Optional<InstanceCache.Entry> kept = cache.load(this.service);
		kept.ifPresent((entry) -> {
			this.recalled.accept(entry.instances());
			if (become((now) -> now.known() ? now : now.fromDisk(entry.instances(), entry.time()))) {
				Duration age = Duration.between(entry.time(), this.clock.instant());
				logger.warn(
						"Service {} is not known from a backend yet: using {} instances that were kept on disk {} s ago",
						this.service, entry.instances().size(), Math.max(0, age.toSeconds()));
			}
		});
	}

	private void saveLater() {
		if (this.cache != null && this.unsaved.compareAndSet(false, true)) {
			this.tasks.later(SAVE_DELAY, () -> this.tasks.waiting(this::save));
		}
	}

	private void save() {
		InstanceCache cache = this.cache;
		if (cache != null && this.unsaved.compareAndSet(true, false)) {
			ServiceInstances now = this.current;
			Instant time = this.clock.instant();
			if (now.known() && !now.fromDisk()) {
				cache.save(this.service, now.instances(), time);
			}
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
		synchronized (this.watching) {
			this.closed = true;
			ended = this.watch;
			this.watch = null;
		}
		if (ended != null) {
			ended.close();
		}
		if (this.unsaved.get()) {
			this.tasks.waiting(this::save);
		}
		this.ready.fail(new IllegalStateException("Discovery has ended"));
	}

	/** Told the newest state, one at a time, whichever thread brings it. */
	private static final class Subscriber implements Subscription {

		private final WatchedList watched;

		private final Consumer<ServiceInstances> consumer;

		private @Nullable ServiceInstances told;

		private boolean ended;

		Subscriber(WatchedList watched, Consumer<ServiceInstances> consumer) {
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
			catch (RuntimeException | Error ex) {
				// Errors too: the others are to be told.
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
