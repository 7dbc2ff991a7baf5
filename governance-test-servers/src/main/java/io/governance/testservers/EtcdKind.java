package io.governance.testservers;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * An etcd server with these settings.
 */
record EtcdKind(@Nullable TestCertificates certificates, boolean clientCertificates, List<String> flags,
		EtcdPeers peers) implements ServerKind {

	/** Distance of the port by which members meet. */
	static final int PEER = 1;

	@Override
	public String name() {
		return "etcd";
	}

	@Override
	public int[] portOffsets() {
		return new int[] { 0, PEER };
	}

	@Override
	public String address(int port) {
		return ((this.certificates != null) ? "https" : "http") + "://127.0.0.1:" + port;
	}

	@Override
	public Duration startDeadline() {
		return Duration.ofSeconds(60);
	}

	@Override
	public List<String> arguments(int port, Path home) throws IOException {
		List<String> arguments = new ArrayList<>(List.of("--name", EtcdPeers.name(port), "--data-dir",
				home.resolve("data/member").toString(), "--listen-client-urls", address(port),
				"--advertise-client-urls", address(port), "--listen-peer-urls", EtcdPeers.url(port),
				"--initial-advertise-peer-urls", EtcdPeers.url(port), "--initial-cluster",
				this.peers.initialCluster(port), "--logger", "zap", "--log-level", "warn"));
		if (this.certificates != null) {
			TestCertificates.ServerFiles files = this.certificates.copyTo(home.resolve("certificates"));
			arguments.addAll(List.of("--cert-file", files.serverCertificate().toString(), "--key-file",
					files.serverKey().toString()));
			if (this.clientCertificates) {
				arguments.addAll(List.of("--trusted-ca-file", files.authority().toString(), "--client-cert-auth"));
			}
		}
		arguments.addAll(this.flags);
		return arguments;
	}

	@Override
	public boolean isReady(int port) {
		return get(port, "/health").contains("\"true\"");
	}

	/** Whether the member leads its cluster, as it says itself. */
	boolean isLeader(int port) {
		return get(port, "/metrics").lines().anyMatch("etcd_server_is_leader 1"::equals);
	}

	private String get(int port, String path) {
		HttpProbe probe = new HttpProbe((this.certificates != null) ? this.certificates.clientContext() : null,
				Map.of());
		return probe.get(address(port) + path).body();
	}

}
