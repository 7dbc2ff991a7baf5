package io.governance.samples.platform.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import io.governance.testservers.PrometheusServer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The files for Prometheus and Grafana: read by a real Prometheus, which scrapes the
 * platform, evaluates the rules, and is asked what the dashboard asks.
 */
final class ObservabilityFiles {

	/** Before 2.43, Prometheus refuses exemplars of summaries; Debian 12 has 2.42. */
	static final String FOR_OLD_PROMETHEUS = "management.prometheus.metrics.export.properties"
			+ "[io.prometheus.exporter.exemplarsOnAllMetricTypes]=false";

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final Pattern GROUPING = Pattern.compile("\\bby \\(([^)]*)\\)");

	private static final Pattern COMPARISON = Pattern.compile("(>|==) (?=\\d)");

	/** A matcher that holds for series without the label as well. */
	private static final Pattern NEGATIVE = Pattern.compile("(\\w+)(!=|!~)\"");

	private static final Pattern LABEL_VALUES = Pattern.compile("label_values\\((.+), (\\w+)\\)");

	private final Path directory;

	/**
	 * Creates the files.
	 * @param home the directory of the platform
	 */
	ObservabilityFiles(Path home) {
		this.directory = home.resolve("observability");
	}

	/** Asserts that each rule can be evaluated, and that each query finds something. */
	void check(Platform platform) throws IOException {
		List<String> addresses = Platform.SERVICES.stream()
			.map(platform::instances)
			.flatMap(Collection::stream)
			.map((instance) -> instance.host() + ":" + instance.port())
			.toList();
		try (PrometheusServer server = PrometheusServer.own(files(addresses))) {
			PrometheusApi prometheus = new PrometheusApi(server.address());
			await().atMost(PATIENCE)
				.untilAsserted(() -> assertThat(prometheus.targets()).hasSameSizeAs(addresses)
					.allSatisfy((target, problem) -> assertThat(problem).isEmpty()));
			await().atMost(PATIENCE)
				.untilAsserted(() -> assertThat(prometheus.alerts()).hasSameSizeAs(alerts())
					.allSatisfy((alert, problem) -> assertThat(problem).isEmpty()));
			List<String> queries = new ArrayList<>(panels());
			alerts().forEach((alert) -> queries.add(answered(alert)));
			assertThat(queries).hasSizeGreaterThan(30);
			await().atMost(PATIENCE)
				.untilAsserted(() -> assertThat(queries).allSatisfy((query) -> check(query, prometheus.query(query))));
		}
	}

	/** A query that finds whether it would be alerted, for each that could be. */
	private static String answered(String alert) {
		return COMPARISON.matcher(alert)
			.replaceAll("$1 bool ")
			.replace("outcome=\"failure\"", "outcome=~\"failure|success\"");
	}

	private static void check(String query, List<Map<String, String>> found) {
		assertThat(found).isNotEmpty();
		Matcher grouping = GROUPING.matcher(query);
		if (grouping.find()) {
			assertThat(found)
				.anySatisfy((labels) -> assertThat(labels).containsOnlyKeys(grouping.group(1).split(", ")));
		}
	}

	/** What Prometheus reads, with these targets, and without patience. */
	private Map<String, String> files(List<String> addresses) throws IOException {
		Map<String, Object> configuration = yaml(this.directory.resolve("prometheus.yml"));
		configuration.put("global", Map.of("scrape_interval", "1s", "evaluation_interval", "1s"));
		Map<String, String> files = new LinkedHashMap<>();
		for (Path file : ruleFiles()) {
			files.put("rules-" + files.size() + ".yml", Files.readString(file));
		}
		configuration.put("rule_files", List.copyOf(files.keySet()));
		Map<String, Object> job = map(list(configuration, "scrape_configs").get(0));
		assertThat(job.remove("dns_sd_configs")).isNotNull();
		job.put("static_configs", List.of(Map.of("targets", addresses)));
		files.put("prometheus.yml", new Yaml().dump(configuration));
		return files;
	}

	/** The rules that Prometheus is told to read. */
	private List<Path> ruleFiles() throws IOException {
		List<Path> files = list(yaml(this.directory.resolve("prometheus.yml")), "rule_files").stream()
			.map((file) -> this.directory.resolve(file.toString()).normalize())
			.toList();
		assertThat(files).hasSize(2).allSatisfy((file) -> assertThat(file).isRegularFile());
		return files;
	}

	private List<String> alerts() throws IOException {
		List<String> queries = new ArrayList<>();
		for (Path file : ruleFiles()) {
			for (Object group : list(yaml(file), "groups")) {
				for (Object rule : list(map(group), "rules")) {
					assertThat(map(rule)).containsKeys("alert", "labels", "annotations");
					queries.add(map(rule).get("expr").toString());
				}
			}
		}
		return queries;
	}

	private List<String> panels() throws IOException {
		JsonNode file = JsonMapper.shared()
			.readTree(Files.readString(this.directory.resolve("grafana-dashboard.json")));
		List<String> queries = new ArrayList<>();
		file.path("panels")
			.forEach((panel) -> panel.path("targets")
				.forEach((target) -> queries.add(target.path("expr")
					.asString()
					.replace("$application", ".+")
					.replace("$__rate_interval", "5m"))));
		file.path("templating").path("list").forEach((variable) -> {
			Matcher values = LABEL_VALUES.matcher(variable.path("query").path("query").asString(""));
			if (values.matches()) {
				queries.add("count by (" + values.group(2) + ") (" + values.group(1) + ")");
			}
		});
		return queries;
	}

	private static Map<String, Object> yaml(Path file) throws IOException {
		return new Yaml(new SafeConstructor(new LoaderOptions())).load(Files.readString(file));
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Object> map(Object value) {
		return (Map<String, Object>) value;
	}

	private static List<?> list(Map<String, Object> map, String key) {
		return (List<?>) map.get(key);
	}

}
