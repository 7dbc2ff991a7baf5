package io.governance.nacos;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import io.governance.backend.Backend;
import io.governance.backend.Capability;
import io.governance.backend.support.BackendParts;
import io.governance.backend.support.ConnectionLog;
import io.governance.backend.support.ListenerThreads;
import io.governance.backend.support.Watches;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigStore;
import io.governance.lock.DistributedLock;
import io.governance.registry.Discovery;
import io.governance.registry.Registry;

/**
 * The backend over Nacos: one connection for documents and one for services, as Nacos has
 * it, whatever their number. Connects to nothing and starts no thread before its first
 * use.
 */
final class NacosBackend implements Backend {

	private static final Logger logger = LoggerFactory.getLogger(NacosBackend.class);

	/** How often everything that is watched is compared, should a push have been lost. */
	static final Duration RESYNC = Duration.ofSeconds(15);

	private final String name;

	private final NacosConfigStore config;

	private final NacosRegistry registry;

	private final NacosDiscovery discovery;

	private final BackendParts parts;

	/**
	 * Creates a backend.
	 * @param name its name
	 * @param namespace where its registry and discovery look
	 * @param settings its settings
	 * @param tls the TLS context, or {@code null} for plain text
	 * @param resync how often everything that is watched is compared
	 */
	NacosBackend(String name, String namespace, NacosSettings settings, @Nullable SSLContext tls, Duration resync) {
		this.name = name;
		ListenerThreads listeners = new ListenerThreads(name);
		ConnectionLog log = new ConnectionLog(name);
		NacosSettings.Admin user = settings.effectiveAdmin();
		NacosHttp http = new NacosHttp(name, settings.addresses(), settings, tls);
		NacosHttp adminHttp = new NacosHttp(name, user.addresses(), settings, tls);
		NacosLogin login = new NacosLogin(http, settings.username(), settings.password(), System::nanoTime);
		NacosLink configLink = new NacosLink(name, "config", settings, tls, login);
		NacosLink namingLink = new NacosLink(name, "naming", settings, tls, login);
		NacosAdmin admin = new NacosAdmin(name, adminHttp,
				new NacosLogin(adminHttp, user.username(), user.password(), System::nanoTime),
				() -> configLink.isOfOldServer() || namingLink.isOfOldServer());
		ConfigReads reads = new ConfigReads(configLink);
		ConfigWatches documents = new ConfigWatches(name, configLink, reads, resync);
		this.config = new NacosConfigStore(configLink, admin, reads, documents,
				new Watches<>(listeners, log, ConfigDocuments::equals, documents));
		NacosNaming naming = new NacosNaming(namingLink, admin, settings, namespace);
		this.registry = new NacosRegistry(name, naming, settings);
		ServiceWatches services = new ServiceWatches(name, naming, resync);
		this.discovery = new NacosDiscovery(naming, services, new Watches<>(listeners, log, List::equals, services));
		this.parts = new BackendParts(name, this.registry, this.config, this.discovery, configLink, namingLink, http,
				adminHttp, listeners);
		warnOfPlainText(settings, user);
	}

	private void warnOfPlainText(NacosSettings settings, NacosSettings.Admin user) {
		boolean credentials = !settings.username().isEmpty() || !user.username().isEmpty();
		if (credentials && settings.sslBundle().isEmpty()
				&& Stream.concat(settings.addresses().stream(), user.addresses().stream())
					.anyMatch((address) -> !isLoopback(address))) {
			logger.warn("Backend '{}' sends a user and a password as plain text: set governance.nacos.ssl-bundle",
					this.name);
		}
	}

	private static boolean isLoopback(String address) {
		String host = address.substring(0, address.lastIndexOf(':'));
		return host.equals("localhost") || host.startsWith("127.") || host.equals("[::1]");
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public Set<Capability> capabilities() {
		return EnumSet.of(Capability.LIST, Capability.HISTORY);
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
		throw new UnsupportedOperationException("Backend '" + this.name
				+ "': Nacos has no lock with fencing tokens. Use the locks of a Consul, etcd or local backend");
	}

	@Override
	public void close() {
		this.parts.close();
	}

}
