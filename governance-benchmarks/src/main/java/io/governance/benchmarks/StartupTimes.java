package io.governance.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Compares how long the same empty web application takes to be ready, without Governance
 * and with the starter and the local backend: each in turn, so that both see the same
 * weather. Run from the root of the repository.
 */
public final class StartupTimes {

	private static final String READY = "ready after ";

	private StartupTimes() {
	}

	/**
	 * Runs the comparison.
	 * @param arguments how many runs of each; 10 if not given
	 * @throws Exception if an application does not start
	 */
	public static void main(String[] arguments) throws Exception {
		int runs = (arguments.length > 0) ? Integer.parseInt(arguments[0]) : 10;
		Path data = Files.createTempDirectory("startup");
		List<Long> empty = new ArrayList<>();
		List<Long> local = new ArrayList<>();
		for (int i = -1; i < runs; i++) {
			long without = start("empty");
			long with = start("local", "--spring.application.name=empty", "--spring.config.import=governance:",
					"--governance.local.directory=" + data,
					"--governance.config.cache.directory=" + data.resolve("cache"));
			if (i >= 0) {
				empty.add(without);
				local.add(with);
			}
		}
		System.out.printf("without Governance: median %d ms %s%n", median(empty), empty);
		System.out.printf("with the starter and the local backend: median %d ms %s%n", median(local), local);
		System.out.printf("ratio of the medians: %.2f%n", (double) median(local) / median(empty));
	}

	private static long start(String kind, String... properties) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(List.of(
				Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar",
				"governance-benchmarks/startup/" + kind + "/target/startup-" + kind + ".jar", "--server.port=0"));
		command.addAll(List.of(properties));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		StringBuilder output = new StringBuilder();
		long ready = -1;
		try (BufferedReader lines = process.inputReader()) {
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				output.append(line).append('\n');
				if (line.startsWith(READY)) {
					ready = Long.parseLong(line.substring(READY.length(), line.indexOf(" ms")));
				}
			}
		}
		if (!process.waitFor(30, TimeUnit.SECONDS) || ready < 0) {
			process.destroyForcibly();
			throw new IllegalStateException("It did not start:\n" + output);
		}
		return ready;
	}

	private static long median(List<Long> times) {
		List<Long> sorted = new ArrayList<>(times);
		Collections.sort(sorted);
		return sorted.get(sorted.size() / 2);
	}

}
