package io.governance.etcd;

import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import javax.net.ssl.SSLContext;

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
 * The backend over an etcd cluster. Connects to nothing and starts no thread before its
 * first use.
 */
final class EtcdBackend implements Backend {

	private final String name;

	private final EtcdConfigStore config;

	private final EtcdRegistry registry;

	private final EtcdDiscovery discovery;

	private final EtcdLock lock;

	private final BackendParts parts;

	/**
	 * Creates a backend.
	 * @param name its name
	 * @param namespace where its registry, its discovery and its locks look
	 * @param settings its settings
	 * @param tls what {@code https} endpoints need, or {@code null} for plain text
	 * @param clock the clock of this machine, for the history
	 * @param nanoTime the time that deadlines and leases are measured by
	 * @param random spreads retries
	 */
	EtcdBackend(String name, String namespace, EtcdSettings settings, @Nullable SSLContext tls, InstantSource clock,
			LongSupplier nanoTime, RandomGenerator random) {
		this.name = name;
		EtcdClient client = new EtcdClient(name, settings, (tls != null) ? Tls.of(tls) : null, nanoTime);
		ListenerThreads listeners = new ListenerThreads("etcd");
		Timeline timeline = new Timeline(name, nanoTime);
		EtcdReader reader = new EtcdReader(client, timeline);
		WatchLoop loop = new WatchLoop(client, reader, timeline, settings, random);
		Leases leases = new Leases(client, nanoTime);
		Keys keys = new Keys(settings.root());
		ConnectionLog log = new ConnectionLog(name);
		String owner = UUID.randomUUID().toString();
		this.config = new EtcdConfigStore(client, reader, keys, clock, random, loop, listeners, log);
		this.registry = new EtcdRegistry(client, reader, leases, keys, namespace, settings.lease(), owner);
		this.discovery = new EtcdDiscovery(client, reader, keys, namespace, loop, listeners, log);
		this.lock = new EtcdLock(name, client, reader, leases, keys, namespace, settings.lease(), owner, loop,
				listeners, nanoTime, random);
		this.parts = new BackendParts(name, this.config, this.discovery, this.registry, this.lock, loop, leases, client,
				listeners);
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public Set<Capability> capabilities() {
		return EnumSet.allOf(Capability.class);
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
