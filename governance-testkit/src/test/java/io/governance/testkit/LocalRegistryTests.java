package io.governance.testkit;

/** The local backend's registry. */
class LocalRegistryTests extends RegistryContract {

	@Override
	protected BackendFixture fixture() {
		return new LocalFixture();
	}

}
