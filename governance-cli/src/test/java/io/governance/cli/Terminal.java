package io.governance.cli;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Runs commands in this process, each with the same options. */
final class Terminal {

	private final List<String> options;

	private final ByteArrayOutputStream out = new ByteArrayOutputStream();

	private final ByteArrayOutputStream err = new ByteArrayOutputStream();

	Terminal(String... options) {
		this.options = List.of(options);
	}

	int run(String... arguments) {
		return pipe("", arguments);
	}

	/** Runs a command of which the first argument is the name. */
	int pipe(String input, String... arguments) {
		return pipe(input.getBytes(StandardCharsets.UTF_8), arguments);
	}

	int pipe(byte[] input, String... arguments) {
		this.out.reset();
		this.err.reset();
		List<String> all = new ArrayList<>(List.of(arguments));
		all.addAll(1, this.options);
		return CommandLines.execute(new Console(new ByteArrayInputStream(input), stream(this.out), stream(this.err)),
				all.toArray(String[]::new));
	}

	private static PrintStream stream(ByteArrayOutputStream bytes) {
		return new PrintStream(bytes, true, StandardCharsets.UTF_8);
	}

	String out() {
		return this.out.toString(StandardCharsets.UTF_8);
	}

	String err() {
		return this.err.toString(StandardCharsets.UTF_8);
	}

}
