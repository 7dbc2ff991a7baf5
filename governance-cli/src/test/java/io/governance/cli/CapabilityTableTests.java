package io.governance.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import io.governance.backend.Backend;
import io.governance.backend.BackendFactory;
import io.governance.backend.Capability;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the table of capabilities in the docs against what the backends declare: this is
 * the module that has all of them.
 */
class CapabilityTableTests {

	private static final Path PAGE = Path.of("..", "docs", "backends.md");

	@Test
	void tableOfCapabilitiesIsWhatTheBackendsDeclare(@TempDir Path directory) throws IOException {
		Map<String, Set<String>> declared = new TreeMap<>();
		for (BackendFactory factory : ServiceLoader.load(BackendFactory.class)) {
			Settings settings = new Settings(Map.of("governance.local.directory", directory.toString()), null);
			try (Backend backend = factory
				.create(new CliEnvironment(factory.name(), "default", settings, new Tls(null, null, null)))) {
				Set<String> names = new TreeSet<>();
				backend.capabilities().forEach((capability) -> names.add(capability.name()));
				declared.put(factory.name(), names);
			}
		}
		assertThat(declared).containsOnlyKeys("local", "consul", "etcd", "nacos");
		List<List<String>> table = table();
		List<String> backends = table.get(0).subList(1, table.get(0).size());
		Map<String, Set<String>> told = new TreeMap<>();
		backends.forEach((backend) -> told.put(backend.toLowerCase(Locale.ROOT), new TreeSet<>()));
		List<String> rows = new ArrayList<>();
		for (List<String> row : table.subList(2, table.size())) {
			String capability = row.get(0).replaceAll("^`([A-Z_]+)`.*", "$1");
			rows.add(capability);
			for (int i = 0; i < backends.size(); i++) {
				String cell = row.get(i + 1);
				assertThat(cell).as("%s of %s", capability, backends.get(i)).matches("(yes|no)\\b.*");
				if (cell.startsWith("yes")) {
					told.get(backends.get(i).toLowerCase(Locale.ROOT)).add(capability);
				}
			}
		}
		assertThat(rows).as("a row for each capability")
			.containsExactlyInAnyOrderElementsOf(Arrays.stream(Capability.values()).map(Enum::name).toList());
		assertThat(told).as("docs/backends.md tells what the backends declare").isEqualTo(declared);
	}

	/** The cells of the table, its head and the line below the head included. */
	private static List<List<String>> table() throws IOException {
		return Files.readAllLines(PAGE)
			.stream()
			.dropWhile((line) -> !line.startsWith("| capability |"))
			.takeWhile((line) -> line.startsWith("|"))
			.map((line) -> Arrays.stream(line.substring(1).split("\\|")).map(String::strip).toList())
			.toList();
	}

}
