package io.governance.testservers;

import org.jspecify.annotations.Nullable;

/**
 * How a Consul agent is started. Immutable: each method returns other options.
 */
public final class ConsulOptions {

	private final @Nullable String token;

	private final @Nullable TestCertificates certificates;

	private final boolean clientCertificates;

	private final @Nullable ConsulServer joined;

	private final String config;

	ConsulOptions(@Nullable String token, @Nullable TestCertificates certificates, boolean clientCertificates,
			@Nullable ConsulServer joined, String config) {
		this.token = token;
		this.certificates = certificates;
		this.clientCertificates = clientCertificates;
		this.joined = joined;
		this.config = config;
	}

	/**
	 * Denies whatever no token allows. An agent that joins such a server needs the same.
	 * @param managementToken the token that may do everything
	 * @return options with access control
	 */
	public ConsulOptions acl(String managementToken) {
		return new ConsulOptions(managementToken, this.certificates, this.clientCertificates, this.joined, this.config);
	}

	/**
	 * Serves HTTPS with the server certificate, and no plain HTTP.
	 * @param certificates where the server certificate comes from
	 * @return options with TLS
	 */
	public ConsulOptions tls(TestCertificates certificates) {
		return new ConsulOptions(this.token, certificates, false, this.joined, this.config);
	}

	/**
	 * As {@link #tls(TestCertificates)}, and refuses clients without a certificate of the
	 * same authority.
	 * @param certificates where the certificates come from
	 * @return options with mutual TLS
	 */
	public ConsulOptions mutualTls(TestCertificates certificates) {
		return new ConsulOptions(this.token, certificates, true, this.joined, this.config);
	}

	/**
	 * Makes a client agent, which keeps no data of its own and asks that server.
	 * @param server a running server of one's own
	 * @return options of a client agent
	 */
	public ConsulOptions joining(ConsulServer server) {
		return new ConsulOptions(this.token, this.certificates, this.clientCertificates, server, this.config);
	}

	/**
	 * Adds settings in Consul's own language.
	 * @param hcl such as {@code limits { http_max_conns_per_client = 20 }}
	 * @return options with these settings as well
	 */
	public ConsulOptions config(String hcl) {
		return new ConsulOptions(this.token, this.certificates, this.clientCertificates, this.joined,
				this.config + hcl + "\n");
	}

	/**
	 * Makes an agent that does not run yet.
	 * @return an agent that has an address
	 */
	public ConsulServer create() {
		Integer gossipPort = null;
		if (this.joined != null) {
			gossipPort = this.joined.gossipPort();
			if (gossipPort == null) {
				throw new IllegalArgumentException("A shared server cannot be joined");
			}
		}
		return new ConsulServer(new ManagedServer(
				new ConsulKind(this.token, this.certificates, this.clientCertificates, gossipPort, this.config),
				ConsulServer.PROGRAM.get()));
	}

	/**
	 * Makes an agent and starts it.
	 * @return a running agent
	 */
	public ConsulServer start() {
		return Starting.start(create());
	}

}
