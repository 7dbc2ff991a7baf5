package io.governance.testkit;

import java.util.function.IntSupplier;

class LocalFootprintTests extends FootprintContract {

	@Override
	protected BackendFixture fixture() {
		return new LocalFixture();
	}

	@Override
	protected IntSupplier connections() {
		return () -> 0;
	}

}
