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

	private final Duration lease;

	/** Instances are gone soon after their process. */
	public EtcdFixture() {
		this(null, Duration.ofSeconds(4));
	}

	/** Another way to the shared server, or to a server of one's own. */
	EtcdFixture(String address) {
		this(address, Duration.ofSeconds(4));
	}

	EtcdFixture(Duration lease) {
		this(null, lease);
	}

	private EtcdFixture(@Nullable String address, Duration lease) {
		this.address = address;
		this.lease = lease;
	}

	@Override
	public String address() {
		return (this.address != null) ? this.address : EtcdServer.shared().address();
	}

	@Override
	public Backend open(String address, String namespace) {
		return Etcds.open(address, namespace, this.lease);
	}

	@Override
	public FaultyConnection connect() {
		TcpProxy proxy = TcpProxy.to(URI.create(address()).getPort());
		return FaultyConnection.through(proxy, "http://" + proxy.address());
	}

	@Override
	public Duration lease() {
		return this.lease.plusSeconds(3);
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
