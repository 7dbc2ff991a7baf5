package io.governance.testkit;

/** The local backend's config store. */
class LocalConfigStoreTests extends ConfigStoreContract {

	@Override
	protected BackendFixture fixture() {
		return new LocalFixture();
	}

}
