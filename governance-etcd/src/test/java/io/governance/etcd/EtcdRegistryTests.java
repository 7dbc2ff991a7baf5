package io.governance.etcd;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.RegistryContract;

class EtcdRegistryTests extends RegistryContract {

	@Override
	protected BackendFixture fixture() {
		return new EtcdFixture();
	}

}
