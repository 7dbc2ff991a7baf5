package io.governance.consul;

import java.net.URI;
import java.time.Duration;
import java.util.List;

import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.consul.ConsulSettings.RegistrationSettings;
import io.governance.testkit.BackendFixture;
import io.governance.testkit.FaultyConnection;
import io.governance.testkit.TcpProxy;
import io.governance.testservers.ConsulServer;

/** The Consul backend over the agent that all tests of this JVM share. */
public final class ConsulFixture implements BackendFixture {

	static final Duration TTL = Duration.ofSeconds(6);

	@Override
	public String address() {
		return ConsulServer.shared().address();
	}

	@Override
	public Backend open(String address, String namespace) {
		return backend(namespace, settings(List.of(address), null));
	}

	static Backend backend(String namespace, ConsulSettings settings) {
		return new ConsulBackendFactory().create(BackendEnvironment.of("consul", namespace, settings));
	}

	static ConsulSettings settings(List<String> addresses, Integer maxWatches) {
		return new ConsulSettings(addresses, null, null, null, null, null, null, null, null, maxWatches,
				registration(TTL), null);
	}

	static RegistrationSettings registration(Duration ttl) {
		return new RegistrationSettings(null, ttl, null, null, null, null, null, null, null);
	}

	@Override
	public FaultyConnection connect() {
		TcpProxy proxy = TcpProxy.to(URI.create(address()).getPort());
		return FaultyConnection.through(proxy, "http://" + proxy.address());
	}

	@Override
	public Duration lease() {
		return TTL.plusSeconds(4);
	}

	@Override
	public Duration detection() {
		return Duration.ofSeconds(5);
	}

	@Override
	public Duration lockLease() {
		return Duration.ofSeconds(25);
	}

}
