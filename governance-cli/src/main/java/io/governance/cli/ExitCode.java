package io.governance.cli;

/**
 * What a command ends with.
 */
final class ExitCode {

	static final int OK = 0;

	/** Nothing was done: it is not there, was changed meanwhile, or is not valid. */
	static final int REFUSED = 1;

	static final int USAGE = 2;

	static final int UNREACHABLE = 3;

	/** Nobody has thought of it, or the results could not be written. */
	static final int UNEXPECTED = 4;

	private ExitCode() {
	}

}
