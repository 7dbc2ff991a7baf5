package io.governance.testservers;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * A server of one's own: the life of its process, on ports and files that stay the same.
 */
final class ManagedServer implements TestServer {

	private static final Duration POLL = Duration.ofMillis(25);

	private static final int TAIL_LINES = 40;

	/**
	 * Why a start may fail that succeeds the next time: a port was taken in between, the
	 * database within Nacos had not enough of a busy machine.
	 */
	private static final List<String> PASSING = List.of("already in use", "login timeout exceeded");

	private final ServerKind kind;

	private final Program program;

	private final Path home;

	private final Watchdog watchdog;

	private int port;

	private boolean portTold;

	private boolean frozen;

	private boolean closed;

	private @Nullable ServerProcess process;

	/** Creates a server that does not run yet. */
	ManagedServer(ServerKind kind, Program program) {
		this.kind = kind;
		this.program = program;
		try {
			this.home = Files.createTempDirectory("governance-test-" + kind.name() + "-").toRealPath();
			Files.createDirectory(this.home.resolve("data"));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.watchdog = new Watchdog(program.endCommand(), this.home);
		this.port = Ports.ofThisMachine().base(kind.portOffsets());
	}

	/** Its first port, which stays the same from now on. */
	synchronized int port() {
		this.portTold = true;
		return this.port;
	}

	@Override
	public String address() {
		return this.kind.address(port());
	}

	@Override
	public synchronized void start() {
		if (this.closed) {
			throw new IllegalStateException("This %s is closed".formatted(this.kind.name()));
		}
		if (isRunning()) {
			return;
		}
		long start = System.nanoTime();
		while (!tryStart(start)) {
			if (!this.portTold) {
				this.port = Ports.ofThisMachine().base(this.kind.portOffsets());
			}
		}
		this.portTold = true;
	}

	/**
	 * Starts once; {@code false} if it failed for a passing reason and there is time
	 * left.
	 */
	private boolean tryStart(long start) {
		try {
			long logged = Files.exists(log()) ? Files.size(log()) : 0;
			ServerProcess started = this.program.launch(this.kind.arguments(this.port, this.home), this.home, log());
			this.process = started;
			this.watchdog.watch(started.id());
			do {
				if (this.kind.isReady(this.port) && started.isAlive()) {
					return true;
				}
				if (System.nanoTime() - start > this.kind.startDeadline().toNanos()) {
					kill();
					throw new IllegalStateException("%s on port %d was not ready after %d s%n%s"
						.formatted(this.kind.name(), this.port, this.kind.startDeadline().toSeconds(), tail(logged)));
				}
			}
			while (!started.endsWithin(POLL));
			ended();
			String output = tail(logged);
			if (PASSING.stream().anyMatch(output.toLowerCase(Locale.ROOT)::contains)
					&& System.nanoTime() - start < this.kind.startDeadline().toNanos()) {
				return false;
			}
			throw new IllegalStateException(
					"%s on port %d ended while it started%n%s".formatted(this.kind.name(), this.port, output));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** The end of its log. */
	String tail() {
		try {
			return tail(0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private String tail(long from) throws IOException {
		byte[] bytes = Files.readAllBytes(log());
		int offset = (int) Math.min(from, bytes.length);
		List<String> lines = new String(bytes, offset, bytes.length - offset, StandardCharsets.UTF_8).lines().toList();
		return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
	}

	@Override
	public synchronized void kill() {
		if (this.process != null) {
			this.process.kill();
			awaitEnd(this.process);
		}
	}

	@Override
	public synchronized void stop() {
		if (this.process != null) {
			this.process.terminate();
			if (this.frozen) {
				// what is frozen is not told
				this.process.resume();
			}
			awaitEnd(this.process);
		}
	}

	private void awaitEnd(ServerProcess running) {
		if (!running.endsWithin(this.kind.endDeadline())) {
			running.kill();
			throw new IllegalStateException(
					"%s did not end within %d s".formatted(this.kind.name(), this.kind.endDeadline().toSeconds()));
		}
		ended();
	}

	private void ended() {
		this.process = null;
		this.frozen = false;
		this.watchdog.release();
	}

	@Override
	public synchronized void pause() {
		running().pause();
		this.frozen = true;
	}

	@Override
	public synchronized void resume() {
		running().resume();
		this.frozen = false;
	}

	private ServerProcess running() {
		if (this.process == null) {
			throw new IllegalStateException("This %s does not run".formatted(this.kind.name()));
		}
		return this.process;
	}

	@Override
	public synchronized void wipe() {
		if (isRunning()) {
			throw new IllegalStateException("This %s runs: its data cannot be deleted".formatted(this.kind.name()));
		}
		try {
			Files.walkFileTree(this.home.resolve("data"), new DeleteVisitor());
			Files.createDirectory(this.home.resolve("data"));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public synchronized boolean isRunning() {
		return this.process != null && this.process.isAlive();
	}

	@Override
	public Path log() {
		return this.home.resolve("server.log");
	}

	@Override
	public synchronized void close() {
		if (!this.closed) {
			this.closed = true;
			try {
				kill();
			}
			finally {
				this.watchdog.close();
			}
		}
	}

	@Override
	public String toString() {
		return "%s on port %d".formatted(this.kind.name(), this.port);
	}

}
