package io.governance.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Collectors;

import io.governance.testservers.ConsulServer;
import io.governance.testservers.EtcdServer;
import io.governance.testservers.NacosServer;

/**
 * Compares how long the same empty web application takes to be ready, without Governance
 * and with the starter and each backend, beside what teams use instead: all in each
 * round, so that they see the same weather, in an order drawn by lot, with real servers.
 * Prints what is on their class paths, too. Run from the root of the repository, once the
 * applications are built ({@code -Pstartup}).
 */
public final class StartupTimes {

	private static final String READY = "ready after ";

	private static final String LIBRARIES = "BOOT-INF/lib/";

	private StartupTimes() {
	}

	/**
	 * Runs the comparison.
	 * @param arguments how many runs of each, 10 if not given; then the kinds, all if not
	 * given
	 * @throws Exception if an application does not start
	 */
	public static void main(String[] arguments) throws Exception {
		int runs = (arguments.length > 0) ? Integer.parseInt(arguments[0]) : 10;
		Map<String, List<String>> kinds = new LinkedHashMap<>();
		List<String> chosen = (arguments.length > 1) ? Arrays.asList(arguments).subList(1, arguments.length) : List
			.of("empty", "local", "consul", "spring-cloud-consul", "etcd", "etcd-client", "nacos", "nacos-client");
		Path data = Files.createTempDirectory("startup");
		for (String kind : chosen) {
			kinds.put(kind, properties(kind, data));
		}
		Map<String, List<Long>> times = new LinkedHashMap<>();
		chosen.forEach((kind) -> times.put(kind, new ArrayList<>()));
		List<Map.Entry<String, List<String>>> order = new ArrayList<>(kinds.entrySet());
		for (int i = -1; i < runs; i++) {
			// What runs after what makes a difference on a machine whose clock varies.
			Collections.shuffle(order);
			for (Map.Entry<String, List<String>> kind : order) {
				long time = start(kind.getKey(), kind.getValue());
				if (i >= 0) {
					times.computeIfAbsent(kind.getKey(), (key) -> new ArrayList<>()).add(time);
				}
			}
		}
		System.out
			.println("| application | median | of the empty one's | least: of the empty one's | most | jars added |");
		System.out.println("| --- | --- | --- | --- | --- | --- |");
		List<Long> empty = times.getOrDefault("empty", times.values().iterator().next());
		Map<String, Long> without = libraries("empty");
		for (Map.Entry<String, List<Long>> kind : times.entrySet()) {
			Map<String, Long> added = libraries(kind.getKey());
			added.keySet().removeAll(without.keySet());
			long median = median(kind.getValue());
			long least = Collections.min(kind.getValue());
			System.out.printf("| %s | %,d ms | %.2f | %,d ms: %.2f | %,d ms | %d, %,d KB |%n", kind.getKey(), median,
					(double) median / median(empty), least, (double) least / Collections.min(empty),
					Collections.max(kind.getValue()), added.size(),
					added.values().stream().mapToLong(Long::longValue).sum() / 1024);
		}
		Set<String> local = new TreeSet<>();
		libraries("local").forEach((name, size) -> {
			if (!without.containsKey(name)) {
				local.add(name + " " + size / 1024 + " KB");
			}
		});
		System.out.println("The starter adds " + local.stream().collect(Collectors.joining(", ")));
		System.exit(0);
	}

	/** What tells an application where its server is. */
	private static List<String> properties(String kind, Path data) {
		List<String> own = switch (kind) {
			case "local" -> List.of("--governance.local.directory=" + data);
			case "consul" -> List.of("--governance.consul.addresses=" + ConsulServer.shared().address());
			case "etcd" -> List.of("--governance.etcd.endpoints=" + EtcdServer.shared().address());
			case "nacos" -> List.of("--governance.nacos.addresses=" + address(NacosServer.shared().address()));
			case "etcd-client" -> List.of("--endpoint=" + EtcdServer.shared().address());
			case "nacos-client" -> List.of("--address=" + address(NacosServer.shared().address()));
			case "spring-cloud-consul" ->
				List.of("--spring.config.import=consul:", "--spring.cloud.consul.host=127.0.0.1",
						"--spring.cloud.consul.port=" + ConsulServer.shared()
							.address()
							.substring(ConsulServer.shared().address().lastIndexOf(':') + 1));
			default -> List.of();
		};
		List<String> all = new ArrayList<>(own);
		all.add("--server.port=0");
		all.add("--spring.application.name=empty");
		if (own.stream().anyMatch((property) -> property.startsWith("--governance."))) {
			all.add("--spring.config.import=governance:");
			all.add("--governance.config.cache.directory=" + data.resolve("cache-" + kind));
			all.add("--governance.registry.drain.quiet-period=0");
			all.add("--governance.registry.drain.min-time=0");
		}
		return all;
	}

	private static String address(String url) {
		return url.substring(url.indexOf("://") + 3);
	}

	private static Path jar(String kind) {
		return Path.of("governance-benchmarks/startup", kind, "target", "governance-startup-" + kind + ".jar");
	}

	private static long start(String kind, List<String> properties) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(List
			.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-jar", jar(kind).toString()));
		command.addAll(properties);
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

	/** The jars inside an application's one, with their sizes in octets. */
	private static Map<String, Long> libraries(String kind) throws IOException {
		Map<String, Long> libraries = new LinkedHashMap<>();
		try (JarFile jar = new JarFile(jar(kind).toFile())) {
			for (JarEntry entry : Collections.list(jar.entries())) {
				if (entry.getName().startsWith(LIBRARIES) && entry.getName().endsWith(".jar")) {
					libraries.put(entry.getName().substring(LIBRARIES.length()), entry.getSize());
				}
			}
		}
		return libraries;
	}

	private static long median(List<Long> times) {
		List<Long> sorted = new ArrayList<>(times);
		Collections.sort(sorted);
		return sorted.get(sorted.size() / 2);
	}

}
