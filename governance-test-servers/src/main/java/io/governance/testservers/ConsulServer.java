package io.governance.testservers;

import org.jspecify.annotations.Nullable;

/**
 * A Consul agent.
 */
public final class ConsulServer extends DelegatingServer {

	static final Memo<Program> PROGRAM = new Memo<>(() -> {
		Settings settings = Settings.ofThisProcess();
		DebianPackage debian = new DebianPackage("consul", "usr/bin/consul", "bullseye", settings.cache());
		return new ProgramFinder("consul", "consul:1.8.7", settings, System.getenv("PATH"), debian::binary, true)
			.find();
	});

	private static final Memo<ConsulServer> SHARED = new Memo<>(() -> {
		String address = Settings.ofThisProcess().get("GOVERNANCE_TEST_CONSUL");
		if (address != null) {
			return new ConsulServer(new SharedServer(address, null));
		}
		ConsulServer own = own();
		return new ConsulServer(new SharedServer(own.address(), own));
	});

	ConsulServer(TestServer delegate) {
		super(delegate);
	}

	/**
	 * Returns the agent that all tests of this JVM share, started at first use: one
	 * server without access control and without TLS.
	 * @return a running agent
	 */
	public static ConsulServer shared() {
		return SHARED.get();
	}

	/**
	 * Starts an agent of one's own, without access control and without TLS.
	 * @return a running agent
	 */
	public static ConsulServer own() {
		return options().start();
	}

	/**
	 * Returns the options of an agent that differs from {@link #own()}.
	 * @return immutable options
	 */
	public static ConsulOptions options() {
		return new ConsulOptions(null, null, false, null, "");
	}

	/**
	 * Returns the port by which other agents join this one.
	 * @return the gossip port, or {@code null} if this is a shared agent
	 */
	@Nullable Integer gossipPort() {
		return (delegate() instanceof ManagedServer managed) ? managed.port() + ConsulKind.GOSSIP : null;
	}

}
