package io.governance.samples.platform.console;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * An instance of a service: a process of its own.
 */
final class Member {

	/** What starts soon and stays small; a real service would leave these out. */
	static final List<String> TUNING = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx192m",
			"-Dio.netty.jfr.enabled=false", "-Xshare:auto", "-Xlog:disable", "-Xlog:all=error:stderr");

	static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

	private final String service;

	private final String id;

	private final String lane;

	private final Process process;

	private Member(String service, String id, String lane, Process process) {
		this.service = service;
		this.id = id;
		this.lane = lane;
		this.process = process;
	}

	static Member start(List<String> start, String service, String id, String lane, List<String> properties,
			Map<String, String> environment, Path log) {
		List<String> command = new ArrayList<>();
		command.add(JAVA);
		command.addAll(TUNING);
		command.addAll(start);
		properties.forEach((property) -> command.add("--" + property));
		try {
			ProcessBuilder process = new ProcessBuilder(command).redirectErrorStream(true)
				.redirectInput(new File("/dev/null"))
				.redirectOutput(log.toFile());
			process.environment().putAll(environment);
			return new Member(service, id, lane, process.start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	String service() {
		return this.service;
	}

	String id() {
		return this.id;
	}

	String lane() {
		return this.lane;
	}

	long pid() {
		return this.process.pid();
	}

	boolean isAlive() {
		return this.process.isAlive();
	}

	/** Asks it to end, which lets it drain. */
	void stop() {
		this.process.destroy();
	}

	/** As {@code kill -9} does. */
	void kill() {
		this.process.destroyForcibly();
	}

	boolean endsWithin(Duration time) {
		try {
			return this.process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
	}

}
