package io.governance.nacos;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.DiscoveryContract;

/** The instances of others in a real Nacos. */
class NacosDiscoveryTests extends DiscoveryContract {

	@Override
	protected BackendFixture fixture() {
		return new NacosFixture();
	}

}
