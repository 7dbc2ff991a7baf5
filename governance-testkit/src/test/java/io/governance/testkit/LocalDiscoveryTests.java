package io.governance.testkit;

/** The local backend's discovery. */
class LocalDiscoveryTests extends DiscoveryContract {

	@Override
	protected BackendFixture fixture() {
		return new LocalFixture();
	}

}
