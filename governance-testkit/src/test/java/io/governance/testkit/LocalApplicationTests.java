package io.governance.testkit;

import java.util.Map;

import io.governance.testkit.boot.ApplicationContract;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("it looks at the threads of the process")
class LocalApplicationTests extends ApplicationContract {

	@Override
	protected BackendFixture fixture() {
		return new LocalFixture();
	}

	@Override
	protected Map<String, String> properties(String address) {
		return Map.of("governance.backend", "local", "governance.local.directory", address);
	}

}
