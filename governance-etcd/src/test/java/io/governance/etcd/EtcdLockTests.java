package io.governance.etcd;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.DistributedLockContract;

class EtcdLockTests extends DistributedLockContract {

	@Override
	protected BackendFixture fixture() {
		return new EtcdFixture();
	}

}
