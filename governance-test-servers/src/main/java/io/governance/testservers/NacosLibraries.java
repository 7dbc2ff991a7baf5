package io.governance.testservers;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds what the modules {@code governance-nacos-launcher} and
 * {@code governance-nacos2-launcher} have resolved: the servers' own class paths, which
 * are never those of a test.
 */
final class NacosLibraries {

	private static final String DIRECTORY = "META-INF/governance/";

	private NacosLibraries() {
	}

	/**
	 * Returns the class path of a server, without its launcher.
	 * @param server the name under which it was resolved
	 */
	static String find(String server) {
		try (InputStream in = resource(server).openStream()) {
			String libraries = new String(in.readAllBytes(), StandardCharsets.UTF_8).strip();
			List<String> missing = Stream.of(libraries.split(File.pathSeparator))
				.filter((file) -> !Files.isReadable(Path.of(file)))
				.toList();
			if (!missing.isEmpty()) {
				throw unavailable("%d libraries are gone, first %s".formatted(missing.size(), missing.get(0)));
			}
			return libraries;
		}
		catch (IOException ex) {
			throw unavailable(ex.toString());
		}
	}

	/**
	 * Returns the jar, or the directory of classes, that has the launcher of a server.
	 * @param server the name under which it was resolved
	 */
	static Path launcher(String server) {
		String text = resource(server).toString();
		String root = text.substring(0, text.length() - name(server).length());
		return Path.of(root.startsWith("jar:")
				? URI.create(root.substring("jar:".length(), root.length() - "!/".length())) : URI.create(root));
	}

	private static URL resource(String server) {
		URL resource = NacosLibraries.class.getClassLoader().getResource(name(server));
		if (resource == null) {
			throw unavailable("no %s on the class path".formatted(name(server)));
		}
		return resource;
	}

	private static String name(String server) {
		return DIRECTORY + server + ".classpath";
	}

	/** Returns the Java that runs this. */
	static Path java() {
		return Path.of(System.getProperty("java.home"), "bin", "java");
	}

	private static IllegalStateException unavailable(String reason) {
		return new IllegalStateException(
				"""
						These tests need a real Nacos, and none can be had: %s.
						Build with ./mvnw -am, which resolves the server from Maven Central into the modules \
						governance-nacos-launcher and governance-nacos2-launcher, or let a running one be used by GOVERNANCE_TEST_NACOS=http://host:port \
						(then tests that kill a server still need the build)."""
					.formatted(reason));
	}

}
