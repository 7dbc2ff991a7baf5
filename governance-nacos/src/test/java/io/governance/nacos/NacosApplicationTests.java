package io.governance.nacos;

import java.time.Duration;
import java.util.Map;

import io.governance.backend.Backend;
import io.governance.testkit.BackendFixture;
import io.governance.testkit.FaultyConnection;
import io.governance.testkit.boot.ApplicationContract;
import io.governance.testservers.NacosServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** A Spring Boot application over a real Nacos, which hangs when it is frozen. */
class NacosApplicationTests extends ApplicationContract {

	private static NacosServer server;

	@BeforeAll
	static void start() {
		server = NacosServer.own();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@Override
	protected BackendFixture fixture() {
		return new Own(server, new NacosFixture());
	}

	@Override
	protected Map<String, String> properties(String address) {
		return Map.of("governance.backend", "nacos", "governance.nacos.addresses", address,
				"spring.cloud.nacos.discovery.enabled", "false");
	}

	/** The server that is frozen. */
	private record Own(NacosServer frozen, NacosFixture shared) implements BackendFixture {

		@Override
		public String address() {
			return NacosFixture.address(this.frozen.address());
		}

		@Override
		public Backend open(String address, String namespace) {
			return this.shared.open(address, namespace);
		}

		@Override
		public FaultyConnection connect() {
			return new Way(NacosWay.to(address()), this.frozen);
		}

		@Override
		public Duration lease() {
			return this.shared.lease();
		}

		@Override
		public Duration detection() {
			return this.shared.detection();
		}

	}

	/** A way to it: what hangs is the server itself. */
	private record Way(NacosWay way, NacosServer frozen) implements FaultyConnection {

		@Override
		public String address() {
			return this.way.address();
		}

		@Override
		public void cut() {
			this.way.cut();
		}

		@Override
		public void hang() {
			this.frozen.pause();
		}

		@Override
		public void restore() {
			this.frozen.resume();
			this.way.restore();
		}

		@Override
		public void close() {
			this.frozen.resume();
			this.way.close();
		}

	}

}
