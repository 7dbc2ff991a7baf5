package io.governance.cli;

import java.util.concurrent.Callable;

import io.governance.operations.ConfigOperations;
import picocli.CommandLine.Mixin;

/**
 * A command that needs a backend.
 */
abstract class BackendCommand implements Callable<Integer> {

	private final Console console;

	@Mixin
	private final Connection connection = new Connection();

	BackendCommand(Console console) {
		this.console = console;
	}

	@Override
	public final Integer call() throws Exception {
		try (Connection.Opened opened = this.connection.open(this.console, createsStore())) {
			return run(opened.operations(), opened.namespace());
		}
	}

	abstract int run(ConfigOperations operations, String namespace) throws Exception;

	/** Whether there need be nothing yet where it writes to. */
	boolean createsStore() {
		return false;
	}

	final Console console() {
		return this.console;
	}

}
