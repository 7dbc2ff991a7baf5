package io.governance.cli;

import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command reads and writes, always in UTF-8.
 *
 * @param in what is typed or piped into it
 * @param out its results
 * @param err everything else
 */
record Console(InputStream in, PrintStream out, PrintStream err) {

	static Console system() {
		return new Console(System.in, new PrintStream(System.out, true, StandardCharsets.UTF_8),
				new PrintStream(System.err, true, StandardCharsets.UTF_8));
	}

}
