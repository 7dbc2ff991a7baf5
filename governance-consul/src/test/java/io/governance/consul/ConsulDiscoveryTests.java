package io.governance.consul;

import java.time.Duration;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.DiscoveryContract;

/** The contract of discoveries on a real agent. */
class ConsulDiscoveryTests extends DiscoveryContract {

	@Override
	protected BackendFixture fixture() {
		return new ConsulFixture(Duration.ofSeconds(30));
	}

}
