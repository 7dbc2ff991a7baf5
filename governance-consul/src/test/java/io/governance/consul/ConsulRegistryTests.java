package io.governance.consul;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.RegistryContract;

/** The contract of registries on a real agent. */
class ConsulRegistryTests extends RegistryContract {

	@Override
	protected BackendFixture fixture() {
		return new ConsulFixture();
	}

}
