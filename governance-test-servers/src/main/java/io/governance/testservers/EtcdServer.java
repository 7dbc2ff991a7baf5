package io.governance.testservers;

import java.util.List;

/**
 * A member of etcd.
 */
public final class EtcdServer extends DelegatingServer {

	private static final Memo<Program> PROGRAM = new Memo<>(() -> {
		Settings settings = Settings.ofThisProcess();
		DebianPackage debian = new DebianPackage("etcd-server", "usr/bin/etcd", null, settings.cache());
		return new ProgramFinder("etcd", "quay.io/coreos/etcd:v3.4.23", settings, System.getenv("PATH"), debian::binary,
				true)
			.find();
	});

	private static final Memo<EtcdServer> SHARED = new Memo<>(() -> {
		String address = Settings.ofThisProcess().get("GOVERNANCE_TEST_ETCD");
		if (address != null) {
			return new EtcdServer(new SharedServer(address, null));
		}
		EtcdServer own = own();
		return new EtcdServer(new SharedServer(own.address(), own));
	});

	/** A server of one's own that does not run yet. */
	EtcdServer(EtcdKind kind) {
		this(new ManagedServer(kind, PROGRAM.get()));
	}

	private EtcdServer(TestServer delegate) {
		super(delegate);
	}

	/**
	 * Returns the server that all tests of this JVM share, started at first use: a
	 * cluster of one, without TLS and users.
	 * @return a running server
	 */
	public static EtcdServer shared() {
		return SHARED.get();
	}

	/**
	 * Starts a server of one's own: a cluster of one, without TLS and users.
	 * @return a running server
	 */
	public static EtcdServer own() {
		return options().start();
	}

	/**
	 * Returns the options of a server that differs from {@link #own()}.
	 * @return immutable options
	 */
	public static EtcdOptions options() {
		return new EtcdOptions(null, false, List.of());
	}

}
