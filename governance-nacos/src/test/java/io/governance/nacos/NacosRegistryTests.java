package io.governance.nacos;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.RegistryContract;

/** Own instances in a real Nacos. */
class NacosRegistryTests extends RegistryContract {

	@Override
	protected BackendFixture fixture() {
		return new NacosFixture();
	}

}
