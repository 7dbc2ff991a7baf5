package io.governance.local;

import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;

import io.governance.backend.Backend;
import io.governance.backend.Capability;
import io.governance.backend.support.BackendParts;
import io.governance.backend.support.ConnectionLog;
import io.governance.backend.support.ListenerThreads;
import io.governance.config.ConfigStore;
import io.governance.lock.DistributedLock;
import io.governance.registry.Discovery;
import io.governance.registry.Registry;
import org.jspecify.annotations.Nullable;

/**
 * The backend over a directory. Touches nothing and starts no thread before its first
 * use.
 */
final class LocalBackend implements Backend {

	private final String name;

	private final boolean events;

	private final LocalConfigStore config;

	private final LocalRegistry registry;

	private final LocalDiscovery discovery;

	private final LocalLock lock;

	private final BackendParts parts;

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
		ListenerThreads listeners = new ListenerThreads("local");
		ConnectionLog log = new ConnectionLog(name);
		LocalDirectory directory = new LocalDirectory(name, settings.path());
		this.config = new LocalConfigStore(directory, settings, clock, this::watcher, listeners, log);
		this.registry = new LocalRegistry(directory, namespace, settings.lease(), clock, UUID.randomUUID().toString());
		this.discovery = new LocalDiscovery(directory, namespace, settings.rescan(), clock, this::watcher, listeners,
				log);
		this.lock = new LocalLock(directory, namespace, listeners);
		this.parts = new BackendParts(name, this.registry, this::closeWatcher, this.lock, listeners);
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

	private void closeWatcher() {
		DirectoryWatcher watcher;
		synchronized (this) {
			this.closed = true;
			watcher = this.watcher;
		}
		if (watcher != null) {
			watcher.close();
		}
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
	public DistributedLock lock() {
		return this.lock;
	}

	@Override
	public void close() {
		this.parts.close();
	}

}
