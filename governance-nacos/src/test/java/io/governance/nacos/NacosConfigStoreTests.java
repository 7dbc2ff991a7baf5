package io.governance.nacos;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.ConfigStoreContract;

/** Documents in a real Nacos. */
class NacosConfigStoreTests extends ConfigStoreContract {

	@Override
	protected BackendFixture fixture() {
		return new NacosFixture();
	}

}
