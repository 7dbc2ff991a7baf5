package io.governance.samples.quickstart;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.cloud.client.discovery.DiscoveryClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * The dashboard and the alert rules, held against the metrics that the quickstart really
 * exposes.
 */
@Timeout(120)
class ObservabilityFilesTests {

	private static final Path DIRECTORY = Path.of("../../observability");

	private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z_]+)(?:\\{([^}]*)})? ");

	private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]+)=\"([^\"]*)\"");

	private static final Pattern SELECTOR = Pattern.compile("(governance_[a-z_]+)(?:\\{([^}]*)})?");

	private static final Pattern MATCHER = Pattern.compile("([a-zA-Z_]+)(=~|!~|!=|=)\"([^\"]*)\"");

	private static final Pattern GROUPING = Pattern.compile("\\b(?:by|without|on|ignoring) ?\\(([^)]*)\\)");

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final String EJECTIONS = "governance_loadbalancer_ejections_total{reason=\"failures\",service=\"orders\"}";

	/** What Prometheus adds when it scrapes. */
	private static final Set<String> SCRAPED = Set.of("instance", "job");

	private final HttpClient http = HttpClient.newHttpClient();

	@Test
	void eachQueryNamesMetricsAndLabelsThatTheFleetExposes(@TempDir Path data) throws IOException {
		Map<String, Map<String, Set<String>>> exposed = new HashMap<>();
		try (Quickstart fleet = new Quickstart(data)) {
			fleet.layOutDocuments();
			Files.writeString(fleet.documents().resolve("gray.yaml"), """
					  - {name: button, experiment: {A: 1, B: 1}}
					  - {name: nowhere, service: orders, lane: none, match: {users: [lost]}, otherwise: refuse}
					""", StandardOpenOption.APPEND);
			fleet.startFleet("--server.port=0");
			URI front = URI
				.create("http://127.0.0.1:" + fleet.front().getEnvironment().getProperty("local.server.port") + "/");
			await().atMost(PATIENCE).until(() -> get(front.resolve("orders/42"), "ann").contains("\"stable\""));
			assertThat(get(front.resolve("orders/42"), "user123")).contains("\"gray\"");
			assertThat(get(front.resolve("orders/42"), "lost")).doesNotContain("orders-");
			// There before anything happens: what begins with 1 is no increase.
			assertThat(get(front.resolve("actuator/prometheus"), "ann")).contains(EJECTIONS + " 0.0");
			List<URI> members = new ArrayList<>(List.of(front));
			fleet.front()
				.getBean(DiscoveryClient.class)
				.getInstances("orders")
				.forEach((instance) -> members.add(instance.getUri()));
			assertThat(members).hasSize(4);
			members.stream()
				.map((member) -> samples(get(member.resolve("/actuator/prometheus"), "ann")))
				.forEach((samples) -> add(samples, exposed));
		}
		List<String> queries = new ArrayList<>(alerts());
		queries.addAll(panels());
		assertThat(queries).hasSizeGreaterThan(25);
		for (String query : queries) {
			check(query, exposed);
		}
	}

	@Test
	void queryThatNamesWhatIsNotThereIsFound() {
		Map<String, Map<String, Set<String>>> exposed = samples("""
				# HELP governance_a_total x
				governance_a_total{result="ok",service="s"} 1.0
				""");
		check("sum by (service) (rate(governance_a_total{result=\"ok\"}[5m])) > 0", exposed);
		for (String wrong : List.of("governance_b_total", "governance_a_total{results=\"ok\"}",
				"governance_a_total{result=\"failed\"}", "sum by (lane) (governance_a_total)",
				"governance_a_total{result=~\"ok|failed\"}")) {
			assertThatThrownBy(() -> check(wrong, exposed)).isInstanceOf(AssertionError.class);
		}
	}

	private static void check(String query, Map<String, Map<String, Set<String>>> exposed) {
		Set<String> labels = new HashSet<>(SCRAPED);
		Matcher selector = SELECTOR.matcher(query);
		while (selector.find()) {
			assertThat(exposed).as(query).containsKey(selector.group(1));
			Map<String, Set<String>> known = exposed.get(selector.group(1));
			labels.addAll(known.keySet());
			Matcher matcher = MATCHER.matcher((selector.group(2) != null) ? selector.group(2) : "");
			while (matcher.find()) {
				assertThat(known).as(query).containsKey(matcher.group(1));
				if (!matcher.group(3).startsWith("$")) {
					assertThat(known.get(matcher.group(1))).as(query).contains(matcher.group(3).split("\\|"));
				}
			}
		}
		Matcher grouping = GROUPING.matcher(query);
		while (grouping.find()) {
			assertThat(labels).as(query).contains(grouping.group(1).split(" *, *"));
		}
	}

	private static Map<String, Map<String, Set<String>>> samples(String text) {
		Map<String, Map<String, Set<String>>> samples = new HashMap<>();
		Matcher sample = SAMPLE.matcher(text);
		while (sample.find()) {
			Map<String, Set<String>> labels = samples.computeIfAbsent(sample.group(1), (name) -> new HashMap<>());
			Matcher label = LABEL.matcher((sample.group(2) != null) ? sample.group(2) : "");
			while (label.find()) {
				labels.computeIfAbsent(label.group(1), (name) -> new HashSet<>()).add(label.group(2));
			}
		}
		return samples;
	}

	private static void add(Map<String, Map<String, Set<String>>> some, Map<String, Map<String, Set<String>>> all) {
		some.forEach((metric, labels) -> {
			Map<String, Set<String>> known = all.computeIfAbsent(metric, (name) -> new HashMap<>());
			labels.forEach((label, values) -> known.computeIfAbsent(label, (name) -> new HashSet<>()).addAll(values));
		});
	}

	@SuppressWarnings("unchecked")
	private static List<String> alerts() throws IOException {
		Map<String, Object> file = new Yaml(new SafeConstructor(new LoaderOptions()))
			.load(Files.readString(DIRECTORY.resolve("alerts.yaml")));
		List<String> queries = new ArrayList<>();
		for (Map<String, Object> group : (List<Map<String, Object>>) file.get("groups")) {
			for (Map<String, Object> rule : (List<Map<String, Object>>) group.get("rules")) {
				assertThat(rule).containsKeys("alert", "expr", "labels", "annotations");
				queries.add((String) rule.get("expr"));
			}
		}
		return queries;
	}

	private static List<String> panels() throws IOException {
		JsonNode file = JsonMapper.shared().readTree(Files.readString(DIRECTORY.resolve("grafana-dashboard.json")));
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

	private String get(URI uri, String user) {
		HttpRequest request = HttpRequest.newBuilder(uri).header("X-User-ID", user).timeout(PATIENCE).build();
		try {
			return this.http.send(request, BodyHandlers.ofString()).body();
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
