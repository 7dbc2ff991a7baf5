package io.governance.samples.platform.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The files for Prometheus and Grafana, held against what the platform exposes.
 */
final class ObservabilityFiles {

	private final Path directory;

	/**
	 * Creates the files.
	 * @param home the directory of the platform
	 */
	ObservabilityFiles(Path home) {
		this.directory = home.resolve("observability");
	}

	/** Asserts that each query names metrics and labels that are there. */
	void check(Platform platform) throws IOException {
		ExposedMetrics exposed = new ExposedMetrics();
		Platform.SERVICES
			.forEach((service) -> platform.instances(service)
				.forEach((instance) -> exposed.add(new Caller("http://" + instance.host() + ":" + instance.port())
					.get("/actuator/prometheus", "u1")
					.body())));
		List<String> queries = new ArrayList<>(panels());
		for (Path rules : ruleFiles()) {
			queries.addAll(alerts(rules));
		}
		assertThat(queries).hasSizeGreaterThan(30);
		queries.forEach(exposed::check);
	}

	/** The rules that Prometheus is told to read. */
	private List<Path> ruleFiles() throws IOException {
		List<Path> files = list(yaml(this.directory.resolve("prometheus.yml")), "rule_files").stream()
			.map((file) -> this.directory.resolve(file.toString()).normalize())
			.toList();
		assertThat(files).hasSize(2).allSatisfy((file) -> assertThat(file).isRegularFile());
		return files;
	}

	private static List<String> alerts(Path file) throws IOException {
		List<String> queries = new ArrayList<>();
		for (Object group : list(yaml(file), "groups")) {
			for (Object rule : list(group, "rules")) {
				assertThat((Map<?, ?>) rule).extracting("alert", "expr", "labels", "annotations").doesNotContainNull();
				queries.add(((Map<?, ?>) rule).get("expr").toString());
			}
		}
		return queries;
	}

	private List<String> panels() throws IOException {
		JsonNode file = JsonMapper.shared()
			.readTree(Files.readString(this.directory.resolve("grafana-dashboard.json")));
		List<String> queries = new ArrayList<>();
		file.path("panels")
			.forEach((panel) -> panel.path("targets").forEach((target) -> queries.add(target.path("expr").asString())));
		file.path("templating").path("list").forEach((variable) -> {
			String query = variable.path("query").path("query").asString("");
			if (!query.isEmpty()) {
				queries.add(query);
			}
		});
		return queries;
	}

	private static Object yaml(Path file) throws IOException {
		return new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
	}

	private static List<?> list(Object map, String key) {
		return (List<?>) ((Map<?, ?>) map).get(key);
	}

}
