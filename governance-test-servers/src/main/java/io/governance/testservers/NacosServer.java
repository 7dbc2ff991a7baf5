package io.governance.testservers;

import java.util.List;

/**
 * A Nacos server in standalone mode.
 */
public final class NacosServer extends DelegatingServer {

	private static final Memo<NacosServer> SHARED = new Memo<>(() -> {
		String address = Settings.ofThisProcess().get("GOVERNANCE_TEST_NACOS");
		if (address != null) {
			return new NacosServer(new SharedServer(address, null));
		}
		NacosServer own = own();
		return new NacosServer(new SharedServer(own.address(), own));
	});

	NacosServer(TestServer delegate) {
		super(delegate);
	}

	/**
	 * Returns the server that all tests of this JVM share, started at first use: without
	 * authentication.
	 * @return a running server
	 */
	public static NacosServer shared() {
		return SHARED.get();
	}

	/**
	 * Starts a server of one's own, without authentication.
	 * @return a running server
	 */
	public static NacosServer own() {
		return options().start();
	}

	/**
	 * Returns the options of a server that differs from {@link #own()}.
	 * @return immutable options
	 */
	public static NacosOptions options() {
		return new NacosOptions(NacosVersion.V3, null, null, List.of());
	}

}
