package io.governance.etcd;

import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import javax.net.ssl.SSLContext;

import io.governance.backend.Backend;
import io.governance.backend.Capability;
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

	private final EtcdClient client;

	private final ListenerThreads listeners;

	private final WatchLoop loop;

	private final Leases leases;

	private final EtcdConfigStore config;

	private final EtcdRegistry registry;

	private final EtcdDiscovery discovery;

	private final EtcdLock lock;

	private final AtomicBoolean closed = new AtomicBoolean();

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
		this.client = new EtcdClient(name, settings, (tls != null) ? Tls.of(tls) : null, nanoTime);
		this.listeners = new ListenerThreads("etcd");
		Timeline timeline = new Timeline(name, nanoTime);
		EtcdReader reader = new EtcdReader(this.client, timeline);
		this.loop = new WatchLoop(this.client, reader, timeline, settings, random);
		this.leases = new Leases(this.client, nanoTime);
		Keys keys = new Keys(settings.root());
		ConnectionLog log = new ConnectionLog(name);
		String owner = UUID.randomUUID().toString();
		this.config = new EtcdConfigStore(this.client, reader, keys, clock, random, this.loop, this.listeners, log);
		this.registry = new EtcdRegistry(this.client, reader, this.leases, keys, namespace, settings.lease(), owner);
		this.discovery = new EtcdDiscovery(this.client, reader, keys, namespace, this.loop, this.listeners, log);
		this.lock = new EtcdLock(name, this.client, reader, this.leases, keys, namespace, settings.lease(), owner,
				this.loop, this.listeners, nanoTime, random);
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
		if (this.closed.getAndSet(true)) {
			return;
		}
		this.config.close();
		this.discovery.close();
		this.registry.close();
		this.lock.close();
		this.loop.close();
		this.leases.close();
		this.client.close();
		this.listeners.close();
	}

}
