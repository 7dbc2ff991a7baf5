package io.governance.boot.actuate;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.governance.boot.TestFleet;
import io.governance.operations.ConfigAuditEvent;
import io.governance.operations.ConfigAuditListener;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Publishing and rolling back over HTTP. */
@Timeout(60)
class GovernanceConfigWriterTests {

	private static final String WRITABLE = "management.endpoint.governanceconfig.access=unrestricted";

	private static final String DOCUMENT = "default/orders.yaml";

	private final RestClient http = RestClient.builder().defaultStatusHandler((status) -> true, (request, response) -> {
	}).build();

	private TestFleet fleet;

	private ConfigurableApplicationContext application;

	@BeforeEach
	void createFleet(@TempDir Path directory) {
		this.fleet = new TestFleet(directory.resolve("fleet"));
		this.fleet.save("orders.yaml", "limit: 1");
	}

	@AfterEach
	void closeApplication() {
		this.application.close();
	}

	@Test
	void publishesAndRollsBack() {
		start(WRITABLE);
		String first = publish("limit: 2", Map.of("comment", "more")).path("revision").asString();
		await().until(() -> "2".equals(limit()));
		publish("limit: 3", Map.of("expected", first));
		await().until(() -> "3".equals(limit()));

		JsonNode history = json(send(HttpMethod.GET, DOCUMENT + "?limit=2", null));
		assertThat(history).hasSize(2);
		assertThat(history.get(1).path("revision").asString()).isEqualTo(first);
		assertThat(history.get(1).path("author").asString()).isEqualTo("actuator");
		assertThat(history.get(1).path("comment").asString()).isEqualTo("more");

		assertThat(send(HttpMethod.POST, DOCUMENT + "/~1", Map.of("comment", "back")).getStatusCode().value())
			.isEqualTo(200);
		await().until(() -> "2".equals(limit()));
		assertThat(this.application.getBean(Audit.class).events).extracting((event) -> event.action().toString())
			.containsExactly("PUBLISH", "PUBLISH", "ROLLBACK");
	}

	@Test
	void deletes() {
		start(WRITABLE);
		assertThat(send(HttpMethod.DELETE, DOCUMENT, null).getStatusCode().is2xxSuccessful()).isTrue();
		await().until(() -> limit() == null);
	}

	@Test
	@DisplayName("(c)4 nothing is written unless the access is unrestricted")
	void writesNothingWhenItIsReadOnly() throws Exception {
		start("management.endpoint.governanceconfig.access=read-only");

		assertThat(send(HttpMethod.POST, DOCUMENT, Map.of("content", "limit: 2")).getStatusCode().is4xxClientError())
			.isTrue();
		assertThat(send(HttpMethod.POST, DOCUMENT + "/~1", Map.of()).getStatusCode().is4xxClientError()).isTrue();
		assertThat(send(HttpMethod.DELETE, DOCUMENT, null).getStatusCode().is4xxClientError()).isTrue();
		assertThat(send(HttpMethod.GET, DOCUMENT, null).getStatusCode().value()).isEqualTo(200);
		assertThat(Files.readString(this.fleet.directory().resolve("config/default").resolve(DOCUMENT)))
			.isEqualTo("limit: 1");
	}

	@Test
	void refusesWhatDoesNotParseAndWhatSomebodyElseHasChanged() {
		start(WRITABLE);

		ResponseEntity<String> broken = send(HttpMethod.POST, DOCUMENT, Map.of("content", "limit: {s3cretValue"));
		assertThat(broken.getStatusCode().value()).isEqualTo(400);
		assertThat(broken.getBody()).contains("default/default/orders.yaml:1:").doesNotContain("s3cretValue");
		assertThat(send(HttpMethod.POST, DOCUMENT, Map.of("content", "limit: 2", "expected", "99")).getStatusCode()
			.value()).isEqualTo(409);
		assertThat(send(HttpMethod.POST, DOCUMENT + "/abcdef0123", Map.of()).getStatusCode().value()).isEqualTo(404);
		assertThat(limit()).isEqualTo("1");
	}

	@Test
	@DisplayName("(c)4 documents of other applications are out of reach")
	void knowsNoDocumentsOfOthers() {
		start(WRITABLE);
		for (String other : List.of("default/payments.yaml", "other/orders.yaml", "default/gray.yaml")) {
			assertThat(send(HttpMethod.GET, other, null).getStatusCode().value()).as(other).isEqualTo(404);
			assertThat(send(HttpMethod.POST, other, Map.of("content", "a: 1")).getStatusCode().value()).as(other)
				.isEqualTo(404);
			assertThat(this.fleet.directory().resolve("config/default").resolve(other)).doesNotExist();
		}
	}

	private String limit() {
		return this.application.getEnvironment().getProperty("limit");
	}

	private void start(String access) {
		this.application = this.fleet.start(WebApplicationType.SERVLET, Application.class,
				"management.endpoints.web.exposure.include=*", access);
	}

	private JsonNode publish(String content, Map<String, String> more) {
		Map<String, String> body = new HashMap<>(more);
		body.put("content", content);
		return json(send(HttpMethod.POST, DOCUMENT, body));
	}

	private static JsonNode json(ResponseEntity<String> answer) {
		assertThat(answer.getStatusCode().value()).as(answer.getBody()).isEqualTo(200);
		return JsonMapper.shared().readTree(answer.getBody());
	}

	private ResponseEntity<String> send(HttpMethod method, String path, Map<String, String> body) {
		RestClient.RequestBodySpec request = this.http.method(method)
			.uri("http://127.0.0.1:" + this.application.getEnvironment().getProperty("local.server.port")
					+ "/actuator/governanceconfig/" + path);
		if (body != null) {
			request.contentType(MediaType.APPLICATION_JSON).body(body);
		}
		return request.retrieve().toEntity(String.class);
	}

	static class Audit implements ConfigAuditListener {

		private final List<ConfigAuditEvent> events = new CopyOnWriteArrayList<>();

		@Override
		public void onAudit(ConfigAuditEvent event) {
			this.events.add(event);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Audit audit() {
			return new Audit();
		}

	}

}
