package io.governance.testservers;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A Consul agent with these settings.
 */
record ConsulKind(@Nullable String token, @Nullable TestCertificates certificates, boolean clientCertificates,
		@Nullable Integer joined, String config) implements ServerKind {

	/** Distance of the port by which agents meet. */
	static final int GOSSIP = 2;

	@Override
	public String name() {
		return "consul";
	}

	@Override
	public int[] portOffsets() {
		return new int[] { 0, 1, 2, 3 };
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
		Path config = home.resolve("agent.hcl");
		Files.writeString(config, settings(port, home));
		List<String> arguments = new ArrayList<>(
				List.of("agent", "-config-file", config.toString(), "-data-dir", home.resolve("data").toString(),
						"-node", "agent-" + port, "-bind", "127.0.0.1", "-client", "127.0.0.1", "-log-level", "warn"));
		if (this.joined != null) {
			arguments.addAll(List.of("-retry-join", "127.0.0.1:" + this.joined, "-retry-interval", "1s"));
		}
		else {
			// unlike -dev, data survives a restart
			arguments.addAll(List.of("-server", "-bootstrap-expect", "1"));
		}
		return arguments;
	}

	private String settings(int port, Path home) throws IOException {
		StringBuilder text = new StringBuilder();
		text.append("""
				disable_update_check = true
				leave_on_terminate = false
				skip_leave_on_interrupt = true
				performance { raft_multiplier = 1 }
				ports { %s = %d, %s = -1, dns = -1, grpc = -1, server = %d, serf_lan = %d, serf_wan = %d }
				""".formatted((this.certificates != null) ? "https" : "http", port,
				(this.certificates != null) ? "http" : "https", port + 1, port + GOSSIP, port + 3));
		if (this.token != null) {
			text.append("""
					acl {
					  enabled = true
					  default_policy = "deny"
					  tokens { master = "%s", agent = "%1$s" }
					}
					""".formatted(this.token));
		}
		if (this.certificates != null) {
			TestCertificates.ServerFiles files = this.certificates.copyTo(home.resolve("certificates"));
			text.append("""
					ca_file = "%s"
					cert_file = "%s"
					key_file = "%s"
					verify_incoming_https = %s
					""".formatted(files.authority(), files.serverCertificate(), files.serverKey(),
					this.clientCertificates));
		}
		return text.append(this.config).toString();
	}

	@Override
	public boolean isReady(int port) {
		HttpProbe probe = new HttpProbe((this.certificates != null) ? this.certificates.clientContext() : null,
				(this.token != null) ? Map.of("X-Consul-Token", this.token) : Map.of());
		// a default read answers while the log is still being replayed, a consistent one
		// does not
		return probe.get(address(port) + "/v1/kv/governance-test-ready?consistent").status() == 404;
	}

}
