package io.governance.nacos;

import java.util.function.IntSupplier;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.FootprintContract;
import io.governance.testservers.NacosServer;
import org.junit.jupiter.api.AfterEach;

/** What it costs to watch very much in a real Nacos. */
class NacosFootprintTests extends FootprintContract {

	private final NacosWay way = NacosWay.to(NacosFixture.address(NacosServer.shared().address()));

	@AfterEach
	void close() {
		this.way.close();
	}

	@Override
	protected BackendFixture fixture() {
		return new NacosFixture() {

			@Override
			public String address() {
				return NacosFootprintTests.this.way.address();
			}

		};
	}

	@Override
	protected IntSupplier connections() {
		return this.way::connections;
	}

}
