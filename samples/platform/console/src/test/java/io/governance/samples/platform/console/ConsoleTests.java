package io.governance.samples.platform.console;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/** What a newcomer starts, as a process of its own. */
@Timeout(180)
class ConsoleTests {

	private static final Pattern FIRST_TRAFFIC = Pattern.compile("First traffic after (\\d+) s");

	private static final Pattern CLIENTS = Pattern.compile("clients: (\\d+) requests, \\d+ a second, (\\d+) failed");

	@Test
	void firstTrafficComesWithinAMinuteAndTheEndWithinTenSecondsLosesNoRequestAndLeavesNothing(@TempDir Path work)
			throws IOException, InterruptedException {
		Path output = work.resolve("output");
		new Packages(PlatformTests.HOME).prepare();
		Process console = new ProcessBuilder(Member.JAVA, "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC",
				"-Dplatform.home=" + PlatformTests.HOME, "-Dplatform.terminal=true", "-cp",
				System.getProperty("java.class.path"), Console.class.getName(), "--port",
				Integer.toString(PlatformTests.freePort()), "--rate", "20")
			.redirectErrorStream(true)
			.redirectOutput(output.toFile())
			.start();
		List<ProcessHandle> services;
		int warm;
		try {
			Platform.await("the first requests", Duration.ofSeconds(120), () -> clients(output)[0] >= 200);
			services = console.descendants().toList();
			warm = clients(output)[1];
			console.destroy();
			assertThat(console.waitFor(10, TimeUnit.SECONDS)).as("has ended").isTrue();
		}
		finally {
			console.destroyForcibly();
		}
		assertThat(seconds(output)).isLessThanOrEqualTo(60);
		assertThat(services).hasSizeGreaterThanOrEqualTo(5);
		Platform.await("the end of all processes", Duration.ofSeconds(1),
				() -> services.stream().noneMatch(ProcessHandle::isAlive));
		assertThat(clients(output)[1]).as("failed while it ended").isEqualTo(warm);
	}

	private static int seconds(Path output) throws IOException {
		Matcher said = FIRST_TRAFFIC.matcher(Files.readString(output));
		assertThat(said.find()).isTrue();
		return Integer.parseInt(said.group(1));
	}

	/** How many requests the last table shows, and how many of them failed. */
	private static int[] clients(Path output) {
		int[] last = { 0, 0 };
		try {
			Matcher tables = CLIENTS.matcher(Files.readString(output));
			while (tables.find()) {
				last = new int[] { Integer.parseInt(tables.group(1)), Integer.parseInt(tables.group(2)) };
			}
			return last;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
