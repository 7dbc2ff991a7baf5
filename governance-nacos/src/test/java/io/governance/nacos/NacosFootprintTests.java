package io.governance.nacos;

import java.util.function.IntSupplier;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.FootprintContract;

/** What it costs to watch very much in a real Nacos. */
class NacosFootprintTests extends FootprintContract {

	@Override
	protected BackendFixture fixture() {
		return new NacosFixture();
	}

	@Override
	protected IntSupplier connections() {
		// One for documents and one for services, by construction.
		return () -> -1;
	}

}
