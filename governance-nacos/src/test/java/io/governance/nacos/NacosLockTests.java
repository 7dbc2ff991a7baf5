package io.governance.nacos;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.DistributedLockContract;

/** Nacos has no lock, and says so. */
class NacosLockTests extends DistributedLockContract {

	@Override
	protected BackendFixture fixture() {
		return new NacosFixture();
	}

}
