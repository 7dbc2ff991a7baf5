package io.governance.registry;

import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

import io.governance.ConnectionState;
import io.governance.Subscription;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The list of one service, from the first level that knows an instance that could be
 * called. A fallback is watched while the primary is known to have none, and all
 * fallbacks before it have none or do not answer. Thread-safe; tells the listener one at
 * a time.
 */
final class FallbackService implements Subscription {

	private static final Logger logger = LoggerFactory.getLogger(ServiceDirectory.class);

	/** Until a fallback that could not be watched is tried again. */
	private static final Duration AGAIN = Duration.ofSeconds(10);

	private final String service;

	private final List<Level> levels;

	private final Duration patience;

	private final DirectoryTasks tasks;

	private final InstancesListener listener;

	private @Nullable List<Instance> told;

	private boolean connected = true;

	private int active;

	private boolean ended;

	FallbackService(String service, List<Level> levels, Duration patience, DirectoryTasks tasks,
			InstancesListener listener) {
		this.service = service;
		this.levels = levels;
		this.patience = patience;
		this.tasks = tasks;
		this.listener = listener;
	}

	Level level(String name, Supplier<Discovery> discovery) {
		return new Level(name, discovery);
	}

	void begin() {
		this.levels.get(0).wanted = true;
		this.levels.get(0).follow();
	}

	private synchronized void changed() {
		if (this.ended) {
			return;
		}
		int found = 0;
		boolean open = false;
		while (found < this.levels.size()) {
			Level level = this.levels.get(found);
			want(level);
			if (level.isCallable()) {
				break;
			}
			boolean skipped = found > 0 && level.instances == null && level.givenUp;
			if (!level.isKnownToHaveNone() && !skipped) {
				open = !level.givenUp;
				break;
			}
			found++;
		}
		boolean callable = found < this.levels.size() && this.levels.get(found).isCallable();
		for (int i = found + 1; i < this.levels.size(); i++) {
			unwant(this.levels.get(i));
		}
		if (!open) {
			use(callable ? found : 0);
		}
		connection();
	}

	private void use(int index) {
		Level level = this.levels.get(index);
		List<Instance> instances = level.instances;
		if (instances == null) {
			return;
		}
		if (index != this.active) {
			this.active = index;
			if (index > 0) {
				logger.warn("Service {}: no instance can be called; those of {} are used until there is one",
						this.service, level.name);
			}
			else {
				logger.info("Service {}: its own instances are used again, not those of the fallback", this.service);
			}
		}
		if (!instances.equals(this.told)) {
			this.told = instances;
			this.listener.onInstances(instances);
		}
	}

	private void connection() {
		boolean now = this.levels.get(0).connected && this.levels.get(this.active).connected;
		if (now != this.connected) {
			this.connected = now;
			this.listener.onConnection(now ? ConnectionState.CONNECTED : ConnectionState.DISCONNECTED);
		}
	}

	/** Not on this thread: whoever starts or ends a watch may wait for who is here. */
	private void want(Level level) {
		if (!level.wanted) {
			level.wanted = true;
			level.givenUp = false;
			int turn = ++level.turn;
			this.tasks.waiting(level::follow);
			this.tasks.later(this.patience, () -> giveUp(level, turn));
		}
	}

	private void unwant(Level level) {
		if (level.wanted) {
			level.wanted = false;
			level.instances = null;
			level.connected = true;
			level.current = null;
			this.tasks.waiting(level::follow);
		}
	}

	private synchronized void giveUp(Level level, int turn) {
		if (level.turn == turn) {
			level.givenUp = true;
			changed();
		}
	}

	@Override
	public void close() {
		synchronized (this) {
			this.ended = true;
			this.levels.forEach((level) -> level.wanted = false);
		}
		this.levels.forEach(Level::follow);
	}

	/** The primary or a fallback, and its watch while it is wanted. */
	final class Level {

		private final String name;

		private final Supplier<Discovery> discovery;

		private final Object watching = new Object();

		private @Nullable Subscription watch;

		private boolean toldRefusal;

		private boolean wanted;

		/** How often it was wanted anew. */
		private int turn;

		private boolean givenUp;

		private boolean connected = true;

		private @Nullable List<Instance> instances;

		/** Who is told by the watch that counts; {@code null} if none does. */
		private @Nullable Told current;

		private Level(String name, Supplier<Discovery> discovery) {
			this.name = name;
			this.discovery = discovery;
		}

		private boolean isCallable() {
			List<Instance> known = this.instances;
			return known != null && known.stream().anyMatch((one) -> one.status().takesCalls() && one.weight() > 0);
		}

		private boolean isKnownToHaveNone() {
			return this.instances != null && !isCallable();
		}

		/**
		 * Starts or ends the watch, so that there is one as long as it is wanted. One
		 * that was not wanted for a moment begins anew, since what it told was forgotten.
		 */
		private void follow() {
			synchronized (this.watching) {
				Subscription ends = null;
				Told begins = null;
				synchronized (FallbackService.this) {
					if (!this.wanted || this.current == null) {
						ends = this.watch;
						this.watch = null;
						this.current = null;
					}
					if (this.wanted && this.current == null) {
						begins = new Told(this);
						this.current = begins;
					}
				}
				if (ends != null) {
					ends.close();
				}
				if (begins != null) {
					begin(begins);
				}
			}
		}

		private void begin(Told told) {
			try {
				this.watch = this.discovery.get().watch(FallbackService.this.service, told);
			}
			catch (RuntimeException | Error ex) {
				if (this.name.isEmpty()) {
					throw ex;
				}
				if (!this.toldRefusal) {
					this.toldRefusal = true;
					logger.warn("Service {} cannot be watched in {}: it is not fallen back on until it can ({})",
							FallbackService.this.service, this.name, ex.getClass().getName());
				}
				refused(told);
			}
		}

		private void refused(Told told) {
			synchronized (FallbackService.this) {
				this.current = (this.current == told) ? null : this.current;
				giveUp(this, told.turn);
			}
			FallbackService.this.tasks.later(AGAIN, () -> FallbackService.this.tasks.waiting(this::follow));
		}

	}

	/** What one watch tells; nothing any more once another has taken its place. */
	private final class Told implements InstancesListener {

		private final Level level;

		private final int turn;

		Told(Level level) {
			this.level = level;
			this.turn = level.turn;
		}

		@Override
		public void onInstances(List<Instance> instances) {
			synchronized (FallbackService.this) {
				if (this.level.current == this && this.level.wanted) {
					this.level.instances = instances;
					changed();
				}
			}
		}

		@Override
		public void onConnection(ConnectionState state) {
			synchronized (FallbackService.this) {
				if (this.level.current == this && this.level.wanted) {
					this.level.connected = state == ConnectionState.CONNECTED;
					this.level.givenUp |= !this.level.connected;
					changed();
				}
			}
		}

	}

}
