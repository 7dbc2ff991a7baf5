package io.governance.consul;

import java.time.InstantSource;
import java.util.EnumSet;
import java.util.Set;
import java.util.random.RandomGenerator;

import javax.net.ssl.SSLContext;

import io.governance.backend.Backend;
import io.governance.backend.Capability;
import io.governance.backend.support.BackendParts;
import io.governance.backend.support.ConnectionLog;
import io.governance.backend.support.ListenerThreads;
import io.governance.config.ConfigSource;
import io.governance.config.ConfigStore;
import io.governance.lock.DistributedLock;
import io.governance.registry.Discovery;
import io.governance.registry.Registry;
import org.jspecify.annotations.Nullable;

/**
 * The backend over Consul. Connects to nothing and starts no thread before its first use.
 */
final class ConsulBackend implements Backend {

	private final String name;

	private final ConsulConfigStore config;

	private final SpringCloudConsulConfig springCloud;

	private final ConsulRegistry registry;

	private final ConsulDiscovery discovery;

	private final ConsulLock lock;

	private final BackendParts parts;

	ConsulBackend(String name, String namespace, ConsulSettings settings, @Nullable SSLContext ssl, InstantSource clock,
			RandomGenerator random) {
		this.name = name;
		ListenerThreads listeners = new ListenerThreads("consul");
		ConsulClient client = new ConsulClient(name, settings, ssl);
		ConnectionLog log = new ConnectionLog(name);
		WatchThreads threads = new WatchThreads(client, random);
		InstanceReader reader = new InstanceReader(namespace);
		this.config = new ConsulConfigStore(client, clock, random, threads, listeners, log);
		this.springCloud = new SpringCloudConsulConfig(client, threads, listeners, log);
		this.registry = new ConsulRegistry(client, namespace, reader);
		this.discovery = new ConsulDiscovery(client, namespace, reader, threads, listeners, log);
		this.lock = new ConsulLock(client, namespace, threads, listeners);
		this.parts = new BackendParts(name, this.registry, this.config, this.springCloud, this.discovery, this.lock,
				client, threads, listeners);
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
	public ConfigSource config(String layout) {
		return layout.equals(SpringCloudConsulConfig.LAYOUT) ? this.springCloud : Backend.super.config(layout);
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
