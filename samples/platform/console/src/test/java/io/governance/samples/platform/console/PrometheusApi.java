package io.governance.samples.platform.console;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks a Prometheus server by its HTTP API.
 */
final class PrometheusApi {

	private final Caller caller;

	PrometheusApi(String address) {
		this.caller = new Caller(address);
	}

	/** What is wrong with each target; empty where nothing is. */
	Map<String, String> targets() {
		Map<String, String> targets = new TreeMap<>();
		get("/api/v1/targets?state=active").path("activeTargets")
			.forEach((target) -> targets.put(target.path("scrapeUrl").asString(),
					target.path("health").asString().equals("up") ? ""
							: target.path("health").asString() + " " + target.path("lastError").asString()));
		return targets;
	}

	/** What is wrong with each alert rule; empty where nothing is. */
	Map<String, String> alerts() {
		Map<String, String> alerts = new TreeMap<>();
		get("/api/v1/rules?type=alert").path("groups")
			.forEach((group) -> group.path("rules")
				.forEach((rule) -> alerts.put(rule.path("name").asString(), rule.path("health").asString().equals("ok")
						? "" : rule.path("health").asString() + " " + rule.path("lastError").asString())));
		return alerts;
	}

	/** The labels of each series that a query finds now. */
	List<Map<String, String>> query(String query) {
		List<Map<String, String>> found = new ArrayList<>();
		get("/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8)).path("result")
			.forEach((series) -> {
				Map<String, String> labels = new TreeMap<>();
				series.path("metric")
					.properties()
					.forEach((label) -> labels.put(label.getKey(), label.getValue().asString()));
				found.add(labels);
			});
		return found;
	}

	private JsonNode get(String path) {
		JsonNode answer = JsonMapper.shared().readTree(this.caller.get(path, "u1").body());
		if (!answer.path("status").asString().equals("success")) {
			throw new AssertionError(path + ": " + answer);
		}
		return answer.path("data");
	}

}
