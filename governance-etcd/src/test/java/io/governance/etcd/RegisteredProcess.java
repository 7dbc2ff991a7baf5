package io.governance.etcd;

import java.util.random.RandomGenerator;

import io.governance.backend.Backend;
import io.governance.registry.Instance;
import io.governance.registry.RegistrationKeeper;
import io.governance.registry.RegistrationSettings;

/** A process that keeps one instance registered until its input ends. */
final class RegisteredProcess {

	private RegisteredProcess() {
	}

	public static void main(String[] arguments) throws Exception {
		try (Backend backend = Etcds.open(arguments[0], arguments[1]);
				RegistrationKeeper keeper = new RegistrationKeeper(backend.registry(), RegistrationSettings.DEFAULTS,
						(event) -> {
						}, RandomGenerator.getDefault(), System::nanoTime)) {
			keeper.register(Instance.of("orders", "127.0.0.1", 8080).id("o-1").build());
			while (System.in.read() >= 0) {
				// Nothing is expected: the end of the input is the end of the parent.
			}
		}
	}

}
