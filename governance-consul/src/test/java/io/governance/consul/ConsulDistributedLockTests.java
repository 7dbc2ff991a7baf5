package io.governance.consul;

import io.governance.testkit.BackendFixture;
import io.governance.testkit.DistributedLockContract;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The contract of locks on a real agent. Sessions last for 10 s at least, so that the
 * tests wait side by side.
 */
@Execution(ExecutionMode.CONCURRENT)
class ConsulDistributedLockTests extends DistributedLockContract {

	@Override
	protected BackendFixture fixture() {
		return new ConsulFixture();
	}

}
