package io.governance.nacos;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.testkit.BackendFixture;
import io.governance.testkit.FaultyConnection;
import io.governance.testservers.NacosServer;

/** Nacos as all tests of this JVM share it. An address is {@code host:port}. */
public class NacosFixture implements BackendFixture {

	/** What is cut makes calls wait until their deadline: it is a short one there. */
	private final Set<String> ways = ConcurrentHashMap.newKeySet();

	@Override
	public String address() {
		return address(NacosServer.shared().address());
	}

	static String address(String url) {
		return URI.create(url).getAuthority();
	}

	@Override
	public Backend open(String address, String namespace) {
		return open(this.ways.contains(address) ? settings(address) : settings(address, Duration.ofSeconds(5)),
				namespace);
	}

	static Backend open(NacosSettings settings, String namespace) {
		return new NacosBackendFactory().create(BackendEnvironment.of("nacos", namespace, settings));
	}

	static NacosSettings settings(String address) {
		return settings(address, null);
	}

	private static NacosSettings settings(String address, Duration timeout) {
		return new NacosSettings(List.of(address), null, null, null, null, null, null, null, timeout, null, null);
	}

	@Override
	public FaultyConnection connect() {
		FaultyConnection way = NacosWay.to(address());
		this.ways.add(way.address());
		return way;
	}

	@Override
	public Duration lease() {
		// A connection that ends takes the registration along. (One that hangs is given
		// up by the server after some 20 seconds of silence.)
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
