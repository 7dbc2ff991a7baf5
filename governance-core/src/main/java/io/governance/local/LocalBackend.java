package io.governance.local;

import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.governance.backend.Backend;
import io.governance.backend.Capability;
import io.governance.config.ConfigStore;
import io.governance.registry.Discovery;
import io.governance.registry.Registry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The backend over a directory. Touches nothing and starts no thread before its first
 * use.
 */
final class LocalBackend implements Backend {

	/** How many listeners may block before others have to wait. */
	private static final int MAX_LISTENER_THREADS = 16;

	private static final Logger log = LoggerFactory.getLogger(LocalBackend.class);

	private final String name;

	private final boolean events;

	private final ThreadPoolExecutor listeners;

	private final LocalConfigStore config;

	private final LocalRegistry registry;

	private final LocalDiscovery discovery;

	private @Nullable DirectoryWatcher watcher;

	private boolean closed;

	/**
	 * Creates a backend.
	 * @param name its name
	 * @param namespace where its registry and discovery look
	 * @param settings its settings
	 * @param clock the clock of this machine
	 * @param events whether to ask the operating system to tell of changes
	 */
	LocalBackend(String name, String namespace, LocalSettings settings, InstantSource clock, boolean events) {
		this.name = name;
		this.events = events;
		this.listeners = new ThreadPoolExecutor(MAX_LISTENER_THREADS, MAX_LISTENER_THREADS, 10, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), new LocalThreads("listener"));
		this.listeners.allowCoreThreadTimeOut(true);
		LocalDirectory directory = new LocalDirectory(name, settings.path());
		this.config = new LocalConfigStore(directory, clock, (reader, alone) -> new ConfigWatches(directory, settings,
				this::watcher, this.listeners, reader, alone));
		this.registry = new LocalRegistry(directory, namespace, settings.lease(), clock, UUID.randomUUID().toString());
		this.discovery = new LocalDiscovery(directory, namespace, settings.rescan(), clock, this::watcher,
				this.listeners);
	}

	private synchronized DirectoryWatcher watcher() {
		if (this.watcher == null) {
			if (this.closed) {
				throw new IllegalStateException("Backend '" + this.name + "' is closed");
			}
			this.watcher = new DirectoryWatcher(this.events);
		}
		return this.watcher;
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public Set<Capability> capabilities() {
		return EnumSet.complementOf(EnumSet.of(Capability.ORDERED_REVISIONS));
	}

	@Override
	public ConfigStore config() {
		return this.config;
	}

	@Override
	public Registry registry() {
		return this.registry;
	}

	@Override
	public Discovery discovery() {
		return this.discovery;
	}

	@Override
	public void close() {
		DirectoryWatcher watcher;
		synchronized (this) {
			if (this.closed) {
				return;
			}
			this.closed = true;
			watcher = this.watcher;
		}
		this.registry.close();
		if (watcher != null) {
			watcher.close();
		}
		this.listeners.shutdownNow();
		try {
			if (!this.listeners.awaitTermination(1, TimeUnit.SECONDS)) {
				log.warn("A listener of backend '{}' does not end although it was interrupted", this.name);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
