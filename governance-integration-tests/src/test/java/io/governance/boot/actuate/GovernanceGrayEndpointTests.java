package io.governance.boot.actuate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.governance.boot.TestFleet;
import io.governance.boot.gray.GrayRulesChanged;
import io.governance.config.Author;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.operations.ConfigOperations;
import io.governance.operations.PublishMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.audit.AuditEvent;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The endpoint that shows gray rules, asked over HTTP, and what a change is told to. */
@Timeout(120)
class GovernanceGrayEndpointTests {

	private static final String RULES = """
			rules:
			  - name: v2
			    service: orders
			    lane: gray
			    priority: 5
			    owner: team-orders
			    comment: "The new search, #42"
			    match:
			      any:
			        - users: [secret-user-1, secret-user-2]
			        - percentage: 0
			  - {name: later, service: orders, lane: blue, observe: true, match: {users: [secret-user-1]}}
			  - {name: checkout, feature: new-checkout, match: {users: [secret-user-1]}}
			  - {name: button, experiment: {A: 1}}
			  - {name: pool, config: orders, variant: big, match: {percentage: 0}}
			""";

	private final HttpClient http = HttpClient.newHttpClient();

	private TestFleet fleet;

	private ConfigurableApplicationContext application;

	@BeforeEach
	void createFleet(@TempDir Path directory) {
		this.fleet = new TestFleet(directory.resolve("fleet"));
		this.fleet.save("gray.yaml", RULES);
	}

	@AfterEach
	void closeApplication() {
		this.application.close();
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void showsRulesWithTheirTermsAndNoUser(WebApplicationType type) {
		start(type);
		String text = text("governancegray");
		assertThat(text).doesNotContain("secret-user");
		JsonNode report = JsonMapper.shared().readTree(text);
		assertThat(report.path("document").asString()).isEqualTo("default/default/gray.yaml");
		assertThat(report.path("connected").asBoolean()).isTrue();
		assertThat(report.path("rejection").isNull()).isTrue();
		assertThat(report.path("documents").get(0).path("bytes").asInt()).isEqualTo(RULES.length());
		JsonNode rule = report.path("rules").get(0);
		assertThat(rule.path("name").asString()).isEqualTo("v2");
		assertThat(rule.path("kind").asString()).isEqualTo("lane");
		assertThat(rule.path("target").asString()).isEqualTo("orders=gray");
		assertThat(rule.path("condition").asString()).contains("users(2)", "percentage(0");
		assertThat(rule.path("otherwise").asString()).isEqualTo("stable");
		assertThat(rule.path("priority").asInt()).isEqualTo(5);
		assertThat(rule.path("owner").asString()).isEqualTo("team-orders");
		assertThat(rule.path("comment").asString()).contains("#42");
		assertThat(rule.path("matched").asLong()).isZero();
		assertThat(kinds(report)).containsExactly("lane", "lane", "feature", "experiment", "config");
	}

	@Test
	void explainsConditionByConditionAndCountsNothing() {
		start(WebApplicationType.SERVLET);
		JsonNode sample = get("governancegray/explain?user=secret-user-1&header=X-A%3D1&header=X-B%3D2,3");
		assertThat(sample.path("lanes").asString()).isEqualTo("orders=gray");
		assertThat(sample.path("rules").get(0).asString()).isEqualTo("v2");
		assertThat(sample.path("features").get(0).asString()).isEqualTo("new-checkout");
		assertThat(sample.path("variants").path("button").asString()).isEqualTo("A");
		JsonNode verdict = sample.path("verdicts").get(0);
		assertThat(verdict.path("rule").asString()).isEqualTo("v2");
		assertThat(verdict.path("effect").asString()).isEqualTo("DECIDES");
		assertThat(verdict.path("condition").path("parts")).hasSize(2);
		assertThat(verdict.path("condition").path("parts").get(0).path("met").asBoolean()).isTrue();
		assertThat(sample.path("verdicts").get(1).path("effect").asString()).isEqualTo("OBSERVED");

		assertThat(get("governancegray/explain").path("lanes").asString()).isEqualTo("stable");
		assertThat(get("governancegray").path("rules").get(0).path("matched").asLong()).isZero();
		assertThat(status("governancegray/other")).isEqualTo(404);
	}

	@Test
	void changeIsToldWithItsAuthorAndNoUser() {
		start(WebApplicationType.SERVLET);
		assertThat(get("governancegray").path("changes")).isEmpty();
		this.application.getBean(ConfigOperations.class)
			.publish(
					List.of(Publication.put(new DocumentId("default", "default", "gray.yaml"),
							RULES.replace("priority: 5", "priority: 6").replace("name: later", "name: sooner"))),
					new Author("ann", "sooner"), PublishMode.CHECKED);
		Listener listener = this.application.getBean(Listener.class);
		await().atMost(Duration.ofSeconds(10)).until(() -> !listener.told.isEmpty());
		GrayRulesChanged told = listener.told.get(0);
		assertThat(told.author()).isEqualTo(new Author("ann", "sooner"));
		assertThat(told.change().changed()).containsExactly("v2");
		assertThat(told.change().toString()).doesNotContain("secret-user");

		JsonNode change = get("governancegray").path("changes").get(0);
		assertThat(change.path("author").asString()).isEqualTo("ann");
		assertThat(change.path("added").get(0).asString()).isEqualTo("sooner");
		assertThat(change.path("removed").get(0).asString()).isEqualTo("later");
		assertThat(change.path("lines").toString()).contains("priority 6").doesNotContain("secret-user");

		await().atMost(Duration.ofSeconds(10))
			.untilAsserted(() -> assertThat(listener.audited)
				.filteredOn((event) -> event.getType().equals("GOVERNANCE_GRAY_RULES"))
				.singleElement()
				.satisfies(GovernanceGrayEndpointTests::isComplete));
	}

	private static void isComplete(AuditEvent event) {
		assertThat(event.getPrincipal()).isEqualTo("ann");
		assertThat(event.getData()).containsEntry("comment", "sooner").containsEntry("changed", List.of("v2"));
	}

	@Test
	void rejectionIsShownWhileTheRulesBeforeStayInForce() {
		start(WebApplicationType.SERVLET);
		this.fleet.save("gray.yaml", RULES.replace("lane: gray", "lane: 'no lane'"));
		await().atMost(Duration.ofSeconds(10))
			.until(() -> get("governancegray").path("rejection").asString("").contains("gray.yaml:4:"));
		assertThat(get("governancegray").path("rules")).hasSize(5);
	}

	private static List<String> kinds(JsonNode report) {
		List<String> kinds = new ArrayList<>();
		report.path("rules").forEach((rule) -> kinds.add(rule.path("kind").asString()));
		return kinds;
	}

	private void start(WebApplicationType type) {
		this.application = this.fleet.start(type, Application.class,
				"management.endpoints.web.exposure.include=governancegray");
	}

	private JsonNode get(String path) {
		return JsonMapper.shared().readTree(text(path));
	}

	private String text(String path) {
		return send(path).getKey();
	}

	private int status(String path) {
		return send(path).getValue();
	}

	private Map.Entry<String, Integer> send(String path) {
		String port = this.application.getEnvironment().getProperty("local.server.port");
		try {
			var response = this.http.send(
					HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/actuator/" + path)).build(),
					BodyHandlers.ofString());
			return Map.entry(response.body(), response.statusCode());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Listener listener() {
			return new Listener();
		}

	}

	static final class Listener {

		private final List<GrayRulesChanged> told = new CopyOnWriteArrayList<>();

		private final List<AuditEvent> audited = new CopyOnWriteArrayList<>();

		@EventListener
		void onChanged(GrayRulesChanged event) {
			this.told.add(event);
		}

		@EventListener
		void onAudit(AuditApplicationEvent event) {
			this.audited.add(event.getAuditEvent());
		}

	}

}
