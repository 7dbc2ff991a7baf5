package io.governance.etcd;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.DiscoveryContract;

class EtcdDiscoveryTests extends DiscoveryContract {

	@Override
	protected BackendFixture fixture() {
		return new EtcdFixture(Etcds.LONG_LEASE);
	}

}
