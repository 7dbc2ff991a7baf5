package io.governance.etcd;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.ConfigStoreContract;

class EtcdConfigStoreTests extends ConfigStoreContract {

	@Override
	protected BackendFixture fixture() {
		return new EtcdFixture(Etcds.LONG_LEASE);
	}

}
