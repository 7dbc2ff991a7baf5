package io.governance.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(name = "gray", mixinStandardHelpOptions = true,
		description = "Tells what gray rules make of requests: those that are stored, or those of a file.")
final class GrayCommand implements Runnable {

	@Spec
	private CommandSpec spec;

	@SuppressWarnings("NullAway.Init")
	GrayCommand() {
	}

	@Override
	public void run() {
		throw new ParameterException(this.spec.commandLine(), "Which command? explain, simulate or check");
	}

}
