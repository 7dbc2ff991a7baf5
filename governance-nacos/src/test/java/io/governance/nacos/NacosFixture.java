package io.governance.nacos;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;

import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.testkit.BackendFixture;
import io.governance.testkit.FaultyConnection;
import io.governance.testservers.NacosServer;

/** Nacos as all tests of this JVM share it. An address is {@code host:port}. */
public class NacosFixture implements BackendFixture {

	@Override
	public String address() {
		return address(NacosServer.shared().address());
	}

	static String address(String url) {
		return URI.create(url).getAuthority();
	}

	@Override
	public Backend open(String address, String namespace) {
		return new NacosBackendFactory().create(BackendEnvironment.of("nacos", namespace, settings(address)));
	}

	static NacosSettings settings(String address) {
		return new NacosSettings(List.of(address), null, null, null, null, null, null, null, null, null, null);
	}

	@Override
	public FaultyConnection connect() {
		return NacosWay.to(address());
	}

	@Override
	public Duration lease() {
		// A connection that ends takes the registration along. (One that hangs is given
		// up
		// by the server after some 20 seconds of silence.)
		return Duration.ofSeconds(10);
	}

	@Override
	public Duration detection() {
		return Duration.ofSeconds(5);
	}

	@Override
	public Set<String> lastingThreads() {
		return Set.of("nacos.publisher-");
	}

}
