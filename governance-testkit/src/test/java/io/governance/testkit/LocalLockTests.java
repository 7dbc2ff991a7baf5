package io.governance.testkit;

/** The local backend's locks. */
class LocalLockTests extends DistributedLockContract {

	@Override
	protected BackendFixture fixture() {
		return new LocalFixture();
	}

}
