package io.governance.boot.docs;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The names of all properties that metadata tell of: those of the class path and those of
 * the backends.
 */
final class KnownProperties {

	private static final String METADATA = "META-INF/spring-configuration-metadata.json";

	private KnownProperties() {
	}

	static Set<String> read() {
		Set<String> names = new TreeSet<>();
		try {
			for (URL url : Collections.list(KnownProperties.class.getClassLoader().getResources(METADATA))) {
				try (InputStream metadata = url.openStream()) {
					add(metadata, names);
				}
			}
			for (String backend : List.of("consul", "etcd", "nacos")) {
				Path module = Path.of("..", "governance-" + backend);
				try (InputStream metadata = Files
					.newInputStream(module.resolve("src/main/resources").resolve(METADATA))) {
					add(metadata, names);
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		return names;
	}

	private static void add(InputStream metadata, Set<String> names) {
		for (JsonNode property : JsonMapper.shared().readTree(metadata).path("properties")) {
			if (!property.path("deprecation").path("level").asString("").equals("error")) {
				names.add(property.path("name").asString());
			}
		}
	}

}
