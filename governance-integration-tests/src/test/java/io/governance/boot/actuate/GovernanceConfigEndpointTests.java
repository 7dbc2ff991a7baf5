package io.governance.boot.actuate;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.Set;

import javax.management.ObjectName;

import io.governance.boot.TestFleet;
import io.governance.config.ConfigManager;
import io.governance.config.secret.SecretBox;
import io.governance.config.secret.SecretKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The endpoint, and others of Actuator, asked over HTTP. */
@Timeout(60)
class GovernanceConfigEndpointTests {

	private static final String KEY = SecretKeys.generate(new SecureRandom());

	private static final String ON = "management.endpoint.governanceconfig.access=read-only";

	private static final String ALWAYS = "management.endpoint.governanceconfig.show-values=always";

	private static final String MASKED = "******";

	private final SecretBox box = new SecretBox(SecretKeys.parse(KEY));

	private final RestClient http = RestClient.builder().defaultStatusHandler((status) -> true, (request, response) -> {
	}).build();

	private TestFleet fleet;

	private ConfigurableApplicationContext application;

	@BeforeEach
	void createFleet(@TempDir Path directory) {
		this.fleet = new TestFleet(directory.resolve("fleet"));
		this.fleet.save("application.yaml", "limits:\n  max: 5\ndb: {user: app}");
		this.fleet.save("orders.yaml", "db:\n  password: '" + this.box.encrypt("db.password", "s3cretValue")
				+ "'\n  url: jdbc:${db.user}:${db.password}");
	}

	@AfterEach
	void closeApplication() {
		if (this.application != null) {
			this.application.close();
		}
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void showsDocumentsAndWhereEachKeyStands(WebApplicationType type) {
		start(type, ON);

		JsonNode config = json("governanceconfig");

		assertThat(config.at("/state/source").asString()).isEqualTo("BACKEND");
		assertThat(config.at("/state/connection").asString()).isEqualTo("CONNECTED");
		assertThat(config.at("/rejection").isNull()).isTrue();
		JsonNode documents = config.at("/documents");
		assertThat(documents).hasSize(12);
		assertThat(documents.get(0).path("id").asString()).isEqualTo("default/default/orders-default.properties");
		assertThat(documents.get(0).path("present").asBoolean()).isFalse();
		assertThat(documents.get(0).path("precedence").asInt()).isEqualTo(12);
		JsonNode orders = document(documents, "default/default/orders.yaml");
		assertThat(orders.path("present").asBoolean()).isTrue();
		assertThat(orders.path("digest").asString()).matches("[0-9a-f]{64}");
		assertThat(orders.path("revision").asString()).isNotEmpty();
		JsonNode max = config.at("/keys").path("limits.max");
		assertThat(max.path("document").asString()).isEqualTo("default/default/application.yaml");
		assertThat(max.path("line").asInt()).isEqualTo(2);
		assertThat(max.path("column").asInt()).isEqualTo(8);
		assertThat(max.path("secret").asBoolean()).isFalse();
		assertThat(config.at("/keys").path("db.password").path("secret").asBoolean()).isTrue();
	}

	@Test
	void showsWhichVariantsAreInForce() {
		this.fleet.save("gray.yaml", """
				rules:
				  - {name: pool, config: orders, variant: big, match: {percentage: 100}}
				  - {name: v2, service: orders, lane: gray, match: {users: [ann]}}
				""");
		this.fleet.save("orders.big.yaml", "limits: {max: 6}");
		this.fleet.save("application.gray.yaml", "limits: {min: 1}");
		start(WebApplicationType.SERVLET, ON);

		JsonNode config = json("governanceconfig");

		JsonNode orders = document(config.at("/documents"), "default/default/orders.yaml");
		assertThat(orders.path("variant").asString()).isEqualTo("default/default/orders.big.yaml");
		assertThat(orders.path("present").asBoolean()).isTrue();
		assertThat(document(config.at("/documents"), "default/default/application.yaml").path("variant").isNull())
			.isTrue();
		assertThat(config.at("/lanes").path("gray").path("default/default/application.yaml").asString())
			.isEqualTo("default/default/application.gray.yaml");
		assertThat(config.at("/keys").path("limits.max").path("document").asString())
			.isEqualTo("default/default/orders.big.yaml");
		assertThat(config.at("/keys").path("db.password").isMissingNode()).isTrue();
	}

	@Test
	@DisplayName("(c)4 the endpoint is off by default, although all endpoints are exposed")
	void isOffByDefault() {
		start(WebApplicationType.SERVLET);

		assertThat(get("governanceconfig").getStatusCode().value()).isEqualTo(404);
		assertThat(get("health").getStatusCode().value()).isEqualTo(200);
	}

	@Test
	@DisplayName("(c)4 the endpoint takes no writes")
	void isReadOnly() {
		start(WebApplicationType.SERVLET, ON);

		for (HttpMethod method : Set.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE, HttpMethod.PATCH)) {
			HttpStatusCode status = this.http.method(method)
				.uri(url("governanceconfig"))
				.retrieve()
				.toBodilessEntity()
				.getStatusCode();
			assertThat(status.is4xxClientError()).as(method.name()).isTrue();
		}
	}

	@Test
	@DisplayName("(c)4 the endpoint is not reached over JMX")
	void isNotThereOverJmx() throws Exception {
		start(WebApplicationType.NONE, ON, "spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=*",
				"management.endpoints.jmx.domain=governance.test");

		Set<ObjectName> names = ManagementFactory.getPlatformMBeanServer()
			.queryNames(new ObjectName("governance.test:*"), null);
		assertThat(names).isNotEmpty()
			.noneMatch((name) -> name.getCanonicalName().toLowerCase(Locale.ROOT).contains("governanceconfig"));
	}

	@Test
	@DisplayName("(c)4 values are masked unless they may be shown")
	void masksValuesByDefault() {
		start(WebApplicationType.SERVLET, ON);

		assertThat(value("limits.max")).isEqualTo(MASKED);
		assertThat(value("db.user")).isEqualTo(MASKED);
		assertThat(get("governanceconfig").getBody()).doesNotContain("s3cretValue");
	}

	@Test
	@DisplayName("(c)4 what was encrypted is masked in all endpoints, also with show-values=always")
	void masksWhatWasEncryptedInAllEndpoints() {
		start(WebApplicationType.SERVLET, ON, ALWAYS, "management.endpoint.env.show-values=always",
				"management.endpoint.configprops.show-values=always", "local.copy=copy of ${db.password}");

		assertThat(value("limits.max")).isEqualTo("5");
		assertThat(value("db.user")).isEqualTo("app");
		assertThat(value("db.password")).isEqualTo(MASKED);
		assertThat(value("db.url")).isEqualTo(MASKED);
		assertThat(json("env/db.user").at("/property/value").asString()).isEqualTo("app");
		assertThat(json("env/db.password").at("/property/value").asString()).isEqualTo(MASKED);
		assertThat(json("env/local.copy").at("/property/value").asString()).isEqualTo(MASKED);
		assertThat(json("env/governance.secrets.key").at("/property/value").asString()).isEqualTo(MASKED);
		String configprops = get("configprops/db").getBody();
		assertThat(configprops).contains("\"user\":\"app\"").contains("\"password\":\"" + MASKED);
		for (String endpoint : Set.of("governanceconfig", "env", "configprops", "beans", "conditions")) {
			assertThat(get(endpoint).getBody()).as(endpoint).isNotEmpty().doesNotContain("s3cretValue", KEY);
		}
	}

	@Test
	@DisplayName("(c)4 why something was refused is told without a value")
	void tellsWhatWasRefused() {
		start(WebApplicationType.SERVLET, ON, ALWAYS);
		this.fleet.save("application.yaml", "limits:\n  max: s3cretText");
		await().until(() -> this.application.getBean(ConfigManager.class).status().rejection() != null);

		JsonNode rejection = json("governanceconfig").path("rejection");

		assertThat(rejection.path("documents").get(0).asString()).isEqualTo("default/default/application.yaml");
		assertThat(rejection.path("origin").asString()).isEqualTo("default/default/application.yaml:2:8");
		assertThat(rejection.path("key").asString()).isEqualTo("limits.max");
		assertThat(rejection.path("reason").asString()).isEqualTo("cannot be converted to int");
		assertThat(get("governanceconfig").getBody()).doesNotContain("s3cretText");
		assertThat(value("limits.max")).isEqualTo("5");
	}

	private String value(String key) {
		return json("governanceconfig").path("keys").path(key).path("value").asString();
	}

	private static JsonNode document(JsonNode documents, String id) {
		for (JsonNode document : documents) {
			if (document.path("id").asString().equals(id)) {
				return document;
			}
		}
		throw new AssertionError(id + " is not listed");
	}

	private void start(WebApplicationType type, String... properties) {
		String[] all = new String[properties.length + 2];
		all[0] = "management.endpoints.web.exposure.include=*";
		all[1] = "governance.secrets.key=" + KEY;
		System.arraycopy(properties, 0, all, 2, properties.length);
		this.application = this.fleet.start(type, Application.class, all);
	}

	private JsonNode json(String path) {
		ResponseEntity<String> answer = get(path);
		assertThat(answer.getStatusCode().value()).as(answer.getBody()).isEqualTo(200);
		return JsonMapper.shared().readTree(answer.getBody());
	}

	private ResponseEntity<String> get(String path) {
		return this.http.get().uri(url(path)).retrieve().toEntity(String.class);
	}

	private String url(String path) {
		return "http://127.0.0.1:" + this.application.getEnvironment().getProperty("local.server.port") + "/actuator/"
				+ path;
	}

	@ConfigurationProperties("db")
	static class Database {

		private String user;

		private String password;

		public String getUser() {
			return this.user;
		}

		public void setUser(String user) {
			this.user = user;
		}

		public String getPassword() {
			return this.password;
		}

		public void setPassword(String password) {
			this.password = password;
		}

	}

	@ConfigurationProperties("limits")
	static class Limits {

		private int max;

		public int getMax() {
			return this.max;
		}

		public void setMax(int max) {
			this.max = max;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableConfigurationProperties({ Database.class, Limits.class })
	static class Application {

	}

}
