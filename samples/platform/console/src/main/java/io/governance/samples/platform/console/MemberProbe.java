package io.governance.samples.platform.console;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.governance.registry.Instance;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks instances how they are doing, by their Actuator endpoints.
 */
final class MemberProbe {

	private static final Duration TIMEOUT = Duration.ofSeconds(2);

	private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

	private static final Set<String> GRPC_FAULTS = Set.of("UNAVAILABLE", "UNKNOWN", "INTERNAL", "DEADLINE_EXCEEDED");

	private final HttpClient http = HttpClient.newBuilder().connectTimeout(TIMEOUT).build();

	/** Asks an instance; empty if it does not answer. */
	Optional<MemberReport> ask(Instance instance) {
		String actuator = "http://" + instance.host() + ":" + instance.port() + "/actuator/";
		try {
			Metrics metrics = new Metrics();
			get(actuator + "prometheus").lines().forEach(metrics::read);
			JsonNode config = JsonMapper.shared().readTree(get(actuator + "governanceconfig"));
			return Optional
				.of(metrics.report(revision(config, instance.service()), config.path("rejection").isObject()));
		}
		catch (IOException ex) {
			return Optional.empty();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return Optional.empty();
		}
	}

	private String get(String uri) throws IOException, InterruptedException {
		HttpResponse<String> answer = this.http.send(HttpRequest.newBuilder(URI.create(uri)).timeout(TIMEOUT).build(),
				HttpResponse.BodyHandlers.ofString());
		if (answer.statusCode() != 200) {
			throw new IOException(uri + " answers " + answer.statusCode());
		}
		return answer.body();
	}

	/** That of its own document, or else of the one that all services have. */
	private static String revision(JsonNode config, String service) {
		for (String document : List.of(service + ".yaml", "application.yaml")) {
			for (JsonNode one : config.path("documents")) {
				if (one.path("id").asString("").endsWith("/" + document) && one.path("revision").isString()) {
					return one.path("revision").asString();
				}
			}
		}
		return "";
	}

	/** The few metrics that matter here, added up. */
	private static final class Metrics {

		private final Set<String> breakers = new TreeSet<>();

		private double requests;

		private double errors;

		private double p50;

		private double p99;

		void read(String line) {
			int end = line.lastIndexOf(' ');
			int labels = line.indexOf('{');
			if (line.startsWith("#") || end < 0 || labels < 0) {
				return;
			}
			double value = Double.parseDouble(line.substring(end + 1));
			Map<String, String> tags = tags(line.substring(labels, end));
			switch (line.substring(0, labels)) {
				case "http_server_requests_seconds_count", "grpc_server_seconds_count" -> count(tags, value);
				case "http_server_requests_seconds", "grpc_server_seconds" -> latency(tags, value);
				case "governance_loadbalancer_breakers" -> breaker(tags, value);
				default -> {
				}
			}
		}

		private static Map<String, String> tags(String text) {
			Map<String, String> tags = new HashMap<>();
			for (Matcher matcher = LABEL.matcher(text); matcher.find();) {
				tags.put(matcher.group(1), matcher.group(2));
			}
			return tags;
		}

		private void count(Map<String, String> tags, double value) {
			if (!ofOperators(tags)) {
				this.requests += value;
				boolean failed = "SERVER_ERROR".equals(tags.get("outcome"))
						|| GRPC_FAULTS.contains(tags.getOrDefault("grpc_status_code", ""));
				this.errors += failed ? value : 0;
			}
		}

		private void latency(Map<String, String> tags, double value) {
			if (!ofOperators(tags) && !Double.isNaN(value)) {
				if ("0.5".equals(tags.get("quantile"))) {
					this.p50 = Math.max(this.p50, value);
				}
				if ("0.99".equals(tags.get("quantile"))) {
					this.p99 = Math.max(this.p99, value);
				}
			}
		}

		private static boolean ofOperators(Map<String, String> tags) {
			return tags.getOrDefault("uri", "").startsWith("/actuator")
					|| tags.getOrDefault("rpc_service", "").startsWith("grpc.");
		}

		private void breaker(Map<String, String> tags, double value) {
			if ("service".equals(tags.get("scope")) && value > 0) {
				this.breakers.add(tags.get("service") + " " + tags.get("state"));
			}
		}

		MemberReport report(String revision, boolean refused) {
			return new MemberReport((long) this.requests, (long) this.errors, seconds(this.p50), seconds(this.p99),
					String.join(", ", this.breakers), revision, refused);
		}

		private static Duration seconds(double seconds) {
			return Duration.ofNanos((long) (seconds * 1e9));
		}

	}

}
