package io.governance.boot.operations;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.governance.boot.TestFleet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/** The endpoint, asked over HTTP. */
@Timeout(60)
class GovernanceDocumentsEndpointTests {

	private static final String ORDERS = "/shop/orders.yaml";

	private final RestClient http = RestClient.builder().defaultStatusHandler((status) -> true, (request, response) -> {
	}).build();

	private TestFleet fleet;

	private ConfigurableApplicationContext application;

	@BeforeEach
	void createFleet(@TempDir Path directory) {
		this.fleet = new TestFleet(directory.resolve("fleet"));
	}

	@AfterEach
	void closeApplication() {
		if (this.application != null) {
			this.application.close();
		}
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void documentIsPublishedRolledBackAndDeletedWithoutBeingShown(WebApplicationType type) {
		start(type, "unrestricted");
		ResponseEntity<String> first = put("a: secret-one", "absent");
		assertThat(first.getStatusCode().value()).as(first.getBody()).isEqualTo(200);
		String revision = json(first).path("revision").asString();
		assertThat(put("a: secret-two", revision).getStatusCode().value()).isEqualTo(200);
		assertThat(put("a: secret-three", revision).getStatusCode().value()).isEqualTo(409);

		JsonNode documents = json(ask(HttpMethod.GET, "", null));
		assertThat(documents).hasSize(1);
		assertThat(documents.get(0).path("name").asString()).isEqualTo("orders.yaml");
		JsonNode history = json(ask(HttpMethod.GET, ORDERS, null));
		assertThat(history).hasSize(2);
		assertThat(history.get(0).path("author").asString()).isEqualTo("anonymous");
		assertThat(history.get(0).path("comment").asString()).isEqualTo("because");
		assertThat(documents.toString() + history).doesNotContain("secret-");

		ResponseEntity<String> back = ask(HttpMethod.POST, ORDERS + "/" + revision, Map.of());
		assertThat(back.getStatusCode().value()).as(back.getBody()).isEqualTo(200);
		assertThat(json(back).path("revision").asString()).isEqualTo(revision);
		assertThat(ask(HttpMethod.POST, ORDERS + "/unknown", Map.of()).getStatusCode().value()).isEqualTo(404);
		assertThat(ask(HttpMethod.DELETE, ORDERS, null).getStatusCode().value()).isEqualTo(200);
		assertThat(json(ask(HttpMethod.GET, "", null))).isEmpty();

		assertThat(this.application.getBean(Audited.class).types).containsExactly("GOVERNANCE_CONFIG_PUBLISH",
				"GOVERNANCE_CONFIG_PUBLISH", "GOVERNANCE_CONFIG_PUBLISH", "GOVERNANCE_CONFIG_ROLLBACK",
				"GOVERNANCE_CONFIG_DELETE");
	}

	@Test
	void whatDoesNotParseIsRefusedWithItsPlaceAndNotItsValue() {
		start(WebApplicationType.SERVLET, "unrestricted");
		ResponseEntity<String> refused = put("a: 1\nb: [secret", null);
		assertThat(refused.getStatusCode().value()).isEqualTo(400);
		assertThat(refused.getBody()).contains("default/shop/orders.yaml:2:").doesNotContain("secret");
		assertThat(ask(HttpMethod.POST, "/shop/..x", Map.of("content", "a")).getStatusCode().is4xxClientError())
			.isTrue();
	}

	@Test
	void readOnlyAccessTakesNoWrites() {
		start(WebApplicationType.SERVLET, "read-only");
		assertThat(ask(HttpMethod.GET, "", null).getStatusCode().value()).isEqualTo(200);
		assertThat(put("a: 1", null).getStatusCode().is4xxClientError()).isTrue();
		assertThat(ask(HttpMethod.DELETE, ORDERS, null).getStatusCode().is4xxClientError()).isTrue();
		assertThat(ask(HttpMethod.POST, ORDERS + "/x", Map.of()).getStatusCode().is4xxClientError()).isTrue();
		assertThat(json(ask(HttpMethod.GET, "", null))).isEmpty();
	}

	@Test
	void isOffByDefault() {
		start(WebApplicationType.SERVLET, null);
		for (HttpMethod method : List.of(HttpMethod.GET, HttpMethod.DELETE)) {
			assertThat(ask(method, ORDERS, null).getStatusCode().value()).isEqualTo(404);
		}
	}

	private void start(WebApplicationType type, String access) {
		String exposure = "management.endpoints.web.exposure.include=*";
		this.application = (access == null) ? this.fleet.start(type, Application.class, exposure) : this.fleet
			.start(type, Application.class, exposure, "management.endpoint.governancedocuments.access=" + access);
	}

	private ResponseEntity<String> put(String content, String expected) {
		return ask(HttpMethod.POST, ORDERS, (expected != null)
				? Map.of("content", content, "expected", expected, "comment", "because") : Map.of("content", content));
	}

	private ResponseEntity<String> ask(HttpMethod method, String path, Map<String, String> body) {
		RestClient.RequestBodySpec request = this.http.method(method)
			.uri("http://127.0.0.1:" + this.application.getEnvironment().getProperty("local.server.port")
					+ "/actuator/governancedocuments" + path);
		if (body != null) {
			request.contentType(MediaType.APPLICATION_JSON).body(JsonMapper.shared().writeValueAsString(body));
		}
		return request.retrieve().toEntity(String.class);
	}

	private static JsonNode json(ResponseEntity<String> answer) {
		assertThat(answer.getStatusCode().value()).as(answer.getBody()).isEqualTo(200);
		return JsonMapper.shared().readTree(answer.getBody());
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Audited.class)
	static class Application {

	}

	/** What Actuator was told of. */
	static class Audited {

		private final List<String> types = new CopyOnWriteArrayList<>();

		@EventListener
		void on(AuditApplicationEvent event) {
			this.types.add(event.getAuditEvent().getType());
		}

	}

}
