package io.governance.cli;

/**
 * Starts the command line.
 */
public final class Main {

	private Main() {
	}

	/**
	 * Runs a command and ends the process with its exit code.
	 * @param arguments what was typed
	 */
	public static void main(String[] arguments) {
		System.exit(CommandLines.execute(Console.system(), arguments));
	}

}
