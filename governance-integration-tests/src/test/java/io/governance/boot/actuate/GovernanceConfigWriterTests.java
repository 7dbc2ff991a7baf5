package io.governance.boot.actuate;

import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.governance.backend.Backend;
import io.governance.backend.Capability;
import io.governance.boot.TestFleet;
import io.governance.config.ConfigManager;
import io.governance.operations.ConfigAuditEvent;
import io.governance.operations.ConfigAuditListener;
import io.governance.operations.ConfigOperations;
import io.governance.operations.DocumentChecks;
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
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
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

	@Test
	@DisplayName("(c)4 values of versions are masked unless they may be shown")
	void showsVersionsAndWhatDiffers() {
		this.fleet.save("orders.yaml", "limit: 1\nold: gone");
		start(WRITABLE);
		publish("limit: 2\nnew: s3cretValue", Map.of());
		JsonNode content = json(send(HttpMethod.GET, DOCUMENT + "/now", null));
		assertThat(content.at("/parts/0/limit/value").asString()).isEqualTo("******");
		assertThat(content.at("/parts/0/new/line").asInt()).isEqualTo(2);
		publish("limit: 3\nnew: s3cretValue\nmore: 1", Map.of());
		JsonNode diff = json(send(HttpMethod.GET, DOCUMENT + "/~1/now", null));
		assertThat(diff.path("changes")).hasSize(2);
		assertThat(diff.at("/changes/0/key").asString()).isEqualTo("limit");
		assertThat(diff.at("/changes/0/change").asString()).isEqualTo("changed");
		assertThat(diff.at("/changes/0/before").asString()).isEqualTo("******");
		assertThat(diff.at("/changes/1/change").asString()).isEqualTo("added");
		assertThat(diff.at("/changes/1/before").isNull()).isTrue();
		assertThat(diff.toString() + content).doesNotContain("s3cretValue");
		this.application.close();
		start(WRITABLE, "management.endpoint.governanceconfig.show-values=always");
		assertThat(json(send(HttpMethod.GET, DOCUMENT + "/~1/now", null)).at("/changes/0/before").asString())
			.isEqualTo("2");
		assertThat(send(HttpMethod.GET, DOCUMENT + "/abcdef0123", null).getStatusCode().value()).isEqualTo(404);
	}

	@Test
	void publishesSeveralDocumentsAllOrNone() {
		start(WRITABLE);
		String good = "[{'group':'default','name':'orders.yaml','content':'limit: 5'},"
				+ "{'group':'default','name':'application.yaml','content':'shared: 5'}]";
		JsonNode revisions = json(send(HttpMethod.POST, "", Map.of("documents", good.replace('\'', '"'))));
		assertThat(revisions.path("revisions").path("default/default/application.yaml").asString()).isNotEmpty();
		await().until(() -> "5".equals(limit()));
		for (String bad : List.of(good.replace("shared: 5", "shared: [").replace("limit: 5", "limit: 6"), "[]", "{",
				"[{'name':'orders.yaml'}]", "[{'name':'orders.yaml','contents':'a'}]",
				good.replace("limit: 5", "limit: 6").replace("application.yaml", "payments.yaml"))) {
			ResponseEntity<String> answer = send(HttpMethod.POST, "", Map.of("documents", bad.replace('\'', '"')));
			assertThat(answer.getStatusCode().is4xxClientError()).as(bad).isTrue();
		}
		assertThat(json(send(HttpMethod.GET, DOCUMENT, null))).as("no further version").hasSize(2);
		assertThat(this.application.getBean(Audit.class).events)
			.filteredOn((event) -> event.outcome().name().equals("DONE"))
			.hasSize(2);
	}

	@Test
	@DisplayName("(c)4 documents are exported only where the access is unrestricted")
	void exportsAndImports() {
		start(WRITABLE);
		publish("limit: 2", Map.of());
		byte[] zip = download(200);
		publish("limit: 3", Map.of());
		await().until(() -> "3".equals(limit()));
		String content = Base64.getEncoder().encodeToString(zip);
		JsonNode plan = json(send(HttpMethod.POST, "archive", Map.of("content", content, "dryRun", "true")));
		assertThat(plan.path("documents").path("default/default/orders.yaml").asString()).isEqualTo("change");
		assertThat(limit()).isEqualTo("3");
		json(send(HttpMethod.POST, "archive", Map.of("content", content)));
		await().until(() -> "2".equals(limit()));
		assertThat(this.application.getBean(Audit.class).events).extracting((event) -> event.action().toString())
			.containsExactly("PUBLISH", "EXPORT", "PUBLISH", "IMPORT");
		assertThat(send(HttpMethod.POST, "archive", Map.of("content", "nonsense!")).getStatusCode().value())
			.isEqualTo(400);
		assertThat(send(HttpMethod.GET, "nothing", null).getStatusCode().value()).isEqualTo(404);
		this.application.close();
		start("management.endpoint.governanceconfig.access=read-only");
		download(403);
	}

	@Test
	void importThatStopsHalfwayTellsWhyAsAnyOtherOneDoes() {
		this.fleet.save("application.yaml", "currency: EUR");
		start(OneByOne.class, WRITABLE);
		String content = Base64.getEncoder().encodeToString(download(200));
		publish("limit: 2", Map.of());
		this.fleet.save("application.yaml", "currency: USD");
		OneByOne operator = this.application.getBean(OneByOne.class);
		operator.meanwhile = () -> this.fleet.save("orders.yaml", "limit: 3");
		ResponseEntity<String> stopped = send(HttpMethod.POST, "archive", Map.of("content", content));
		assertThat(stopped.getBody()).contains("stopped after 1 of 2 documents");
		assertThat(stopped.getStatusCode().value()).isEqualTo(409);
	}

	private byte[] download(int status) {
		ResponseEntity<byte[]> answer = this.http.get().uri(url("archive")).retrieve().toEntity(byte[].class);
		assertThat(answer.getStatusCode().value()).isEqualTo(status);
		assertThat(answer.getHeaders().getContentType())
			.isEqualTo(MediaType.valueOf((status == 200) ? "application/zip" : "application/json"));
		return answer.getBody();
	}

	@Test
	void documentsOfOneNameInSeveralNamespacesAreNotTakenForEachOther() throws Exception {
		Path shared = this.fleet.directory().resolve("config/all/default/orders.yaml");
		Path other = this.fleet.directory().resolve("config/other/default/extra.yaml");
		for (Path path : List.of(shared, other, shared.resolveSibling("extra.yaml"))) {
			Files.createDirectories(path.getParent());
			Files.writeString(path, "a: 1");
		}
		start(WRITABLE, "governance.config.documents[0].name=orders.yaml",
				"governance.config.documents[0].namespace=all", "governance.config.documents[1].name=extra.yaml",
				"governance.config.documents[1].namespace=all", "governance.config.documents[2].name=extra.yaml",
				"governance.config.documents[2].namespace=other");
		publish("limit: 2", Map.of());
		await().until(() -> "2".equals(limit()));
		assertThat(shared).hasContent("a: 1");
		publish("a: 2", Map.of("namespace", "all"));
		assertThat(shared).hasContent("a: 2");
		ResponseEntity<String> answer = send(HttpMethod.POST, "default/extra.yaml", Map.of("content", "a: 3"));
		assertThat(answer.getStatusCode().value()).isEqualTo(409);
		assertThat(answer.getBody()).contains("[all, other]");
		assertThat(other).hasContent("a: 1");
	}

	@Test
	void refusesWhatTheApplicationWouldRefuseWhateverTheNameTells() throws Exception {
		this.fleet.save("extra", "a: 1");
		this.fleet.save("page.yaml", "{ any text");
		start(WRITABLE, "governance.config.documents[0].name=extra", "governance.config.documents[0].format=yaml",
				"governance.config.documents[1].name=page.yaml", "governance.config.documents[1].key=page",
				"governance.config.documents[1].format=text");
		assertThat(send(HttpMethod.POST, "default/extra", Map.of("content", "a: {b")).getStatusCode().value())
			.isEqualTo(400);
		assertThat(
				send(HttpMethod.POST, "default/page.yaml", Map.of("content", "{ other text")).getStatusCode().value())
			.isEqualTo(200);
		await().until(() -> "{ other text".equals(this.application.getEnvironment().getProperty("page")));
	}

	@Test
	void documentsOfSpringCloudAlibabaAreWrittenInTheirFormat() {
		start(WRITABLE, "governance.config.layout=spring-cloud-alibaba", "governance.config.layout-format=yaml");
		assertThat(send(HttpMethod.POST, "default/orders", Map.of("content", "limit: {b")).getStatusCode().value())
			.isEqualTo(400);
		assertThat(send(HttpMethod.POST, "default/orders-default.yml", Map.of("content", "limit: 4")).getStatusCode()
			.value()).isEqualTo(200);
		await().until(() -> "4".equals(limit()));
	}

	@Test
	void documentsOfSpringCloudConsulAreReadOnly() {
		start(WRITABLE);
		ConfigManager manager = this.application.getBean(ConfigManager.class);
		assertThatExceptionOfType(EndpointRefusal.class)
			.isThrownBy(() -> new ApplicationDocuments(manager, "default", "spring-cloud-consul").find(null, "default",
					"orders.yaml"))
			.withMessageContaining("read only")
			.satisfies((ex) -> assertThat(ex.status()).isEqualTo(400));
	}

	private void start(String... properties) {
		start(Application.class, properties);
	}

	private void start(Class<?> application, String... properties) {
		List<String> all = new ArrayList<>(List.of("management.endpoints.web.exposure.include=governanceconfig"));
		all.addAll(List.of(properties));
		this.application = this.fleet.start(WebApplicationType.SERVLET, application, all.toArray(String[]::new));
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
		RestClient.RequestBodySpec request = this.http.method(method).uri(url(path));
		if (body != null) {
			request.contentType(MediaType.APPLICATION_JSON).body(body);
		}
		return request.retrieve().toEntity(String.class);
	}

	private String url(String path) {
		return "http://127.0.0.1:" + this.application.getEnvironment().getProperty("local.server.port")
				+ "/actuator/governanceconfig" + (path.isEmpty() ? "" : "/" + path);
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

	/** An application whose backend takes one document at a time, as Nacos does. */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class OneByOne {

		private volatile Runnable meanwhile = () -> {
		};

		@Bean
		ConfigOperations operations(Backend backend) {
			Backend oneByOne = (Backend) Proxy.newProxyInstance(Backend.class.getClassLoader(),
					new Class<?>[] { Backend.class },
					(proxy, method, arguments) -> method.getName().equals("capabilities")
							? EnumSet.complementOf(EnumSet.of(Capability.ATOMIC_PUBLISH))
							: method.invoke(backend, arguments));
			ConfigAuditListener listener = (event) -> {
				if (event.action() == ConfigAuditEvent.Action.IMPORT) {
					this.meanwhile.run();
				}
			};
			return new ConfigOperations(oneByOne, DocumentChecks.standard(), List.of(listener), InstantSource.system());
		}

	}

}
