package io.governance.local;

import java.io.IOException;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.governance.DaemonThreads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a backend on which all watching happens: what the operating system
 * tells of directories, timers, and what others ask of it. A second thread does nothing
 * but wait for the operating system. Only {@link #execute} and {@link #close} may be
 * called from other threads.
 */
final class DirectoryWatcher implements AutoCloseable {

	private static final Logger log = LoggerFactory.getLogger(DirectoryWatcher.class);

	private final ScheduledThreadPoolExecutor executor;

	private final @Nullable WatchService service;

	private final @Nullable Thread pump;

	private final Map<WatchKey, Place> places = new HashMap<>();

	private boolean refused;

	/**
	 * Starts watching.
	 * @param events whether to ask the operating system to tell of changes
	 */
	DirectoryWatcher(boolean events) {
		this.executor = new ScheduledThreadPoolExecutor(1, new DaemonThreads("local", "watcher"));
		this.executor.setRemoveOnCancelPolicy(true);
		this.executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
		this.executor.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
		this.service = events ? open() : null;
		this.pump = (this.service != null) ? new DaemonThreads("local", "events").newThread(this::pump) : null;
		if (this.pump != null) {
			this.pump.start();
		}
	}

	private @Nullable WatchService open() {
		try {
			return Path.of("").getFileSystem().newWatchService();
		}
		catch (IOException | UnsupportedOperationException ex) {
			log.warn("The operating system does not tell of changes ({}): they are found by looking again and again",
					ex.getMessage());
			return null;
		}
	}

	private void pump() {
		WatchService service = Objects.requireNonNull(this.service);
		try {
			while (true) {
				WatchKey key = service.take();
				execute(() -> dispatch(key));
			}
		}
		catch (ClosedWatchServiceException | InterruptedException ex) {
			// Closed.
		}
	}

	private void dispatch(WatchKey key) {
		Place place = this.places.get(key);
		List<WatchEvent<?>> events = key.pollEvents();
		if (!key.reset()) {
			this.places.remove(key);
		}
		if (place != null) {
			place.onEvents(key, events);
		}
	}

	/**
	 * Runs something on the watcher's thread; drops it when the watcher is closed.
	 * @param task what to run
	 */
	void execute(Runnable task) {
		try {
			this.executor.execute(guarded(task));
		}
		catch (RejectedExecutionException ex) {
			// Closed.
		}
	}

	Future<?> schedule(Runnable task, Duration delay) {
		return this.executor.schedule(guarded(task), delay.toNanos(), TimeUnit.NANOSECONDS);
	}

	Future<?> repeat(Runnable task, Duration delay) {
		return this.executor.scheduleWithFixedDelay(guarded(task), delay.toNanos(), delay.toNanos(),
				TimeUnit.NANOSECONDS);
	}

	private static Runnable guarded(Runnable task) {
		return () -> {
			try {
				task.run();
			}
			catch (RejectedExecutionException | ClosedWatchServiceException ex) {
				// Closed.
			}
			catch (RuntimeException | Error ex) {
				log.error("Watching goes on after an unexpected failure", ex);
			}
		};
	}

	/**
	 * Prepares to watch a directory.
	 * @param directory the directory, whether it exists or not
	 * @param kinds what to be told of
	 * @param listener who is told
	 * @return the place, not yet watched: see {@link Place#ensure()}
	 */
	Place place(Path directory, Listener listener, WatchEvent.Kind<?>... kinds) {
		return new Place(directory, listener, kinds);
	}

	@Override
	public void close() {
		this.executor.shutdownNow();
		if (this.service != null) {
			try {
				this.service.close();
			}
			catch (IOException ex) {
				log.debug("Closing the watch service", ex);
			}
		}
		try {
			if (this.pump != null) {
				this.pump.join(TimeUnit.SECONDS.toMillis(1));
			}
			if (!this.executor.awaitTermination(2, TimeUnit.SECONDS)) {
				log.warn("The watcher still waits for the file system");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** Told of what happens in a directory, on the watcher's thread. */
	interface Listener {

		/**
		 * A file has appeared: it was created, or something was renamed to its name.
		 * @param name the file's name
		 */
		void onCreated(String name);

		/**
		 * A file was written to, or its attributes changed.
		 * @param name the file's name
		 */
		void onModified(String name);

		/**
		 * A file has gone: it was deleted or renamed.
		 * @param name the file's name
		 */
		void onDeleted(String name);

		/**
		 * Anything may have happened.
		 */
		void onLost();

		/**
		 * That was all that is known for now.
		 */
		void onEnd();

	}

	/** A directory that is watched whenever it exists. */
	final class Place {

		private final Path directory;

		private final Listener listener;

		private final WatchEvent.Kind<?>[] kinds;

		private @Nullable WatchKey key;

		private @Nullable Object identity;

		private Place(Path directory, Listener listener, WatchEvent.Kind<?>[] kinds) {
			this.directory = directory;
			this.listener = listener;
			this.kinds = kinds;
		}

		/**
		 * Watches the directory that is there now, unless it is the one that is watched
		 * already.
		 * @return whether it has only now begun to be watched, so that everything in it
		 * has to be looked at
		 */
		boolean ensure() {
			WatchService service = DirectoryWatcher.this.service;
			if (service == null) {
				return false;
			}
			Object identity = identity();
			if (this.key != null && this.key.isValid() && Objects.equals(identity, this.identity)) {
				return false;
			}
			forget();
			if (identity == null) {
				return false;
			}
			try {
				this.key = this.directory.register(service, this.kinds);
				DirectoryWatcher.this.places.put(this.key, this);
				this.identity = identity;
				return true;
			}
			catch (IOException ex) {
				if (!DirectoryWatcher.this.refused) {
					DirectoryWatcher.this.refused = true;
					log.warn("The operating system does not tell of changes in {} ({}):"
							+ " they are found by looking again and again", this.directory, ex.getMessage());
				}
				return false;
			}
		}

		private @Nullable Object identity() {
			try {
				BasicFileAttributes attributes = Files.readAttributes(this.directory, BasicFileAttributes.class);
				return (attributes.fileKey() != null) ? attributes.fileKey() : attributes.creationTime();
			}
			catch (IOException ex) {
				return null;
			}
		}

		private void onEvents(WatchKey from, List<WatchEvent<?>> events) {
			for (WatchEvent<?> event : events) {
				String name = String.valueOf(event.context());
				if (event.kind() == StandardWatchEventKinds.ENTRY_CREATE) {
					this.listener.onCreated(name);
				}
				else if (event.kind() == StandardWatchEventKinds.ENTRY_MODIFY) {
					this.listener.onModified(name);
				}
				else if (event.kind() == StandardWatchEventKinds.ENTRY_DELETE) {
					this.listener.onDeleted(name);
				}
				else {
					this.listener.onLost();
				}
			}
			if (!from.isValid()) {
				this.listener.onLost();
			}
			this.listener.onEnd();
		}

		/**
		 * Stops watching.
		 */
		void forget() {
			if (this.key != null) {
				DirectoryWatcher.this.places.remove(this.key);
				this.key.cancel();
				this.key = null;
				this.identity = null;
			}
		}

	}

}
