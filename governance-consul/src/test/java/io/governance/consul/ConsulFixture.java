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

	private final Duration ttl;

	private final String address;

	private final Integer maxWatches;

	/** Instances are gone soon after their process. */
	public ConsulFixture() {
		this(Duration.ofSeconds(5));
	}

	ConsulFixture(Duration ttl) {
		this(ttl, null);
	}

	/** Another way to the shared agent, or to an agent of one's own. */
	ConsulFixture(Duration ttl, String address) {
		this(ttl, address, null);
	}

	/** As before, with a bound of watches of its own. */
	ConsulFixture(Duration ttl, String address, Integer maxWatches) {
		this.ttl = ttl;
		this.address = address;
		this.maxWatches = maxWatches;
	}

	@Override
	public String address() {
		return (this.address != null) ? this.address : ConsulServer.shared().address();
	}

	@Override
	public Backend open(String address, String namespace) {
		return backend(namespace, settings(List.of(address), this.maxWatches, this.ttl, Duration.ofSeconds(5)));
	}

	static Backend backend(String namespace, ConsulSettings settings) {
		return new ConsulBackendFactory().create(BackendEnvironment.of("consul", namespace, settings));
	}

	static ConsulSettings settings(List<String> addresses, Integer maxWatches, Duration ttl) {
		return settings(addresses, maxWatches, ttl, null);
	}

	private static ConsulSettings settings(List<String> addresses, Integer maxWatches, Duration ttl, Duration timeout) {
		return new ConsulSettings(addresses, null, null, null, null, null, null, timeout, null, maxWatches,
				registration(ttl), null);
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
		return this.ttl.plusSeconds(5);
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
