package io.governance.samples.platform.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.Collection;
import java.util.stream.Collectors;

/**
 * Kills the processes of the platform when this one has gone without ending them.
 */
final class Leash implements AutoCloseable {

	private static final String SCRIPT = "trap '' INT TERM HUP; p=; while read -r l; do p=$l; done; "
			+ "[ -z \"$p\" ] || kill -9 $p 2>/dev/null";

	private final Process process;

	private final Writer writer;

	Leash() {
		try {
			this.process = new ProcessBuilder("sh", "-c", SCRIPT).redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.writer = this.process.outputWriter();
	}

	/** Says who is to end with this process. */
	synchronized void hold(Collection<Long> pids) {
		try {
			this.writer.write(pids.stream().map(String::valueOf).collect(Collectors.joining(" ")) + "\n");
			this.writer.flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		try {
			this.writer.close();
		}
		catch (IOException ex) {
			this.process.destroyForcibly();
		}
	}

}
