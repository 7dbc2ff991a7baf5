package io.governance.etcd;

import java.net.URI;
import java.time.Duration;
import java.util.Set;

import io.governance.backend.Backend;
import io.governance.testkit.BackendFixture;
import io.governance.testkit.FaultyConnection;
import io.governance.testkit.TcpProxy;
import io.governance.testservers.EtcdServer;
import org.jspecify.annotations.Nullable;

/** The etcd that all tests of this JVM share, or one of a test's own. */
public final class EtcdFixture implements BackendFixture {

	private final @Nullable String address;

	public EtcdFixture() {
		this.address = null;
	}

	EtcdFixture(String address) {
		this.address = address;
	}

	@Override
	public String address() {
		return (this.address != null) ? this.address : EtcdServer.shared().address();
	}

	@Override
	public Backend open(String address, String namespace) {
		return Etcds.open(address, namespace);
	}

	@Override
	public FaultyConnection connect() {
		TcpProxy proxy = TcpProxy.to(URI.create(address()).getPort());
		return FaultyConnection.through(proxy, "http://" + proxy.address());
	}

	@Override
	public Duration lease() {
		return Duration.ofSeconds(5);
	}

	@Override
	public Duration detection() {
		return Duration.ofSeconds(5);
	}

	@Override
	public Set<String> lastingThreads() {
		return Set.of("FailsafeDelayScheduler");
	}

}
