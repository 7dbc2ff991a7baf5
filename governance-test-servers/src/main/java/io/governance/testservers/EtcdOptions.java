package io.governance.testservers;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * How an etcd server is started. Immutable: each method returns other options.
 */
public final class EtcdOptions {

	private final @Nullable TestCertificates certificates;

	private final boolean clientCertificates;

	private final List<String> flags;

	EtcdOptions(@Nullable TestCertificates certificates, boolean clientCertificates, List<String> flags) {
		this.certificates = certificates;
		this.clientCertificates = clientCertificates;
		this.flags = List.copyOf(flags);
	}

	/**
	 * Serves clients over TLS only, with the server certificate.
	 * @param certificates where the server certificate comes from
	 * @return options with TLS
	 */
	public EtcdOptions tls(TestCertificates certificates) {
		return new EtcdOptions(certificates, false, this.flags);
	}

	/**
	 * As {@link #tls(TestCertificates)}, and refuses clients without a certificate of the
	 * same authority.
	 * @param certificates where the certificates come from
	 * @return options with mutual TLS
	 */
	public EtcdOptions mutualTls(TestCertificates certificates) {
		return new EtcdOptions(certificates, true, this.flags);
	}

	/**
	 * Adds flags of etcd's own.
	 * @param flags such as {@code --max-txn-ops=512}
	 * @return options with these flags as well
	 */
	public EtcdOptions flags(String... flags) {
		List<String> all = new ArrayList<>(this.flags);
		all.addAll(List.of(flags));
		return new EtcdOptions(this.certificates, this.clientCertificates, all);
	}

	/**
	 * Makes a server that does not run yet, the only member of its cluster.
	 * @return a server that has an address
	 */
	public EtcdServer create() {
		return new EtcdServer(kind(new EtcdPeers()));
	}

	/**
	 * Makes a server and starts it.
	 * @return a running server
	 */
	public EtcdServer start() {
		return Starting.start(create());
	}

	/**
	 * Starts a cluster.
	 * @param members how many, three as a rule
	 * @return a running cluster
	 */
	public EtcdCluster startCluster(int members) {
		return EtcdCluster.start(this, members);
	}

	EtcdKind kind(EtcdPeers peers) {
		return new EtcdKind(this.certificates, this.clientCertificates, this.flags, peers);
	}

}
