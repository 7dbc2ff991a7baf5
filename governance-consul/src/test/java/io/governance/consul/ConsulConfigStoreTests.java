package io.governance.consul;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.ConfigStoreContract;

/** The contract of config stores on a real agent. */
class ConsulConfigStoreTests extends ConfigStoreContract {

	@Override
	protected BackendFixture fixture() {
		return new ConsulFixture();
	}

}
