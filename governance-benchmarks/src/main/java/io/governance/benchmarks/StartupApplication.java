package io.governance.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

import io.governance.testservers.ConsulServer;
import io.governance.testservers.EtcdServer;
import io.governance.testservers.NacosServer;

/**
 * One of the empty web applications whose start is looked at, with a real server. It ends
 * when it is ready.
 */
record StartupApplication(String kind, List<String> properties) {

	private static final String READY = "ready after ";

	private static final String LIBRARIES = "BOOT-INF/lib/";

	static StartupApplication of(String kind, Path data) {
		return new StartupApplication(kind, properties(kind, data));
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

	/**
	 * Starts it.
	 * @return how long it took to be ready, in ms
	 */
	long start() throws IOException, InterruptedException {
		List<String> lines = linesUntilReady(List.of());
		String last = lines.get(lines.size() - 1);
		return Long.parseLong(last.substring(READY.length(), last.indexOf(" ms")));
	}

	/**
	 * Starts it.
	 * @param options of the JVM
	 * @return what it printed until it was ready; the last line tells how long that took
	 */
	List<String> linesUntilReady(List<String> options) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(options);
		command.addAll(List.of("-jar", jar(this.kind).toString()));
		command.addAll(this.properties);
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		List<String> output = new ArrayList<>();
		int ready = 0;
		try (BufferedReader lines = process.inputReader()) {
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				output.add(line);
				if (line.startsWith(READY)) {
					ready = output.size();
				}
			}
		}
		if (!process.waitFor(30, TimeUnit.SECONDS) || ready == 0) {
			process.destroyForcibly();
			throw new IllegalStateException("It did not start:\n" + String.join("\n", output));
		}
		return output.subList(0, ready);
	}

	/** The jars inside an application's one, with their sizes in octets. */
	static Map<String, Long> libraries(String kind) throws IOException {
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

}
