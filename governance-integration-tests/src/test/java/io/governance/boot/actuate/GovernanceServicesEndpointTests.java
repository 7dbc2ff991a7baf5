package io.governance.boot.actuate;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.governance.backend.Backend;
import io.governance.boot.TestFleet;
import io.governance.boot.call.ProtocolCalls;
import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.Outcome;
import io.governance.registry.Instance;
import io.governance.registry.RegistrationKeeper;
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
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The endpoint that shows services, and the health of discovery, asked over HTTP. */
@Timeout(60)
class GovernanceServicesEndpointTests {

	private final HttpClient http = HttpClient.newHttpClient();

	private TestFleet fleet;

	private ConfigurableApplicationContext application;

	@BeforeEach
	void createFleet(@TempDir Path directory) {
		this.fleet = new TestFleet(directory.resolve("fleet"));
		this.fleet.save("gray.yaml", "rules: [{name: r, service: stock, lane: gray, match: {users: [ann]}}]");
	}

	@AfterEach
	void closeApplication() {
		this.application.close();
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "SERVLET", "REACTIVE" })
	void showsInstancesAndWhatIsMadeOfThem(WebApplicationType type) {
		start(type);
		put(Instance.of("stock", "10.0.0.1", 80)
			.id("a")
			.zone("z1")
			.weight(50)
			.metadata(Map.of("team", "blue", "api-token", "t0p"))
			.build());
		call("stock", "a");
		balancers().balancers().get("stock").probed("a", false, "no answer");

		JsonNode stock = get("governanceservices").path("services").path("stock");
		assertThat(stock.path("known").asBoolean()).isTrue();
		assertThat(stock.path("connected").asBoolean()).isTrue();
		assertThat(stock.path("source").asString()).isEqualTo("backend");
		JsonNode instance = stock.path("instances").get(0);
		assertThat(instance.path("id").asString()).isEqualTo("a");
		assertThat(instance.path("zone").asString()).isEqualTo("z1");
		assertThat(instance.path("weight").asInt()).isEqualTo(50);
		assertThat(instance.path("metadata").path("team").asString()).isEqualTo("blue");
		assertThat(instance.path("metadata").path("api-token").asString()).isEqualTo("******");
		assertThat(instance.path("calls").path("health").asString()).isEqualTo("UNHEALTHY");
		assertThat(instance.path("calls").path("reason").asString()).isEqualTo("no answer");
		assertThat(instance.path("calls").path("inFlight").asInt()).isZero();
	}

	@Test
	void explainsWhereASampleCallWouldGo() {
		start(WebApplicationType.SERVLET);
		put(Instance.of("stock", "10.0.0.1", 80).id("a").build(),
				Instance.of("stock", "10.0.0.2", 80).id("b").lane("gray").build(),
				Instance.of("stock", "10.0.0.3", 80).id("c").weight(0).build());
		call("stock", "a", "b", "c");

		JsonNode stable = get("governanceservices/stock");
		assertThat(stable.path("lane").asString()).isEqualTo("stable");
		assertThat(stable.path("picked").asString()).isEqualTo("a");
		assertThat(verdict(stable, 0)).isEqualTo("a KEPT it is usable");
		assertThat(verdict(stable, 1)).startsWith("b LANE ");
		assertThat(verdict(stable, 2)).isEqualTo("c WEIGHT its weight is 0");

		await().untilAsserted(
				() -> assertThat(get("governanceservices/stock?user=ann").path("picked").asString()).isEqualTo("b"));
		assertThat(get("governanceservices/stock?lane=gray").path("picked").asString()).isEqualTo("b");
		assertThat(get("governanceservices/stock?user=bob").path("picked").asString()).isEqualTo("a");
	}

	@Test
	void sampleCallGoesToNoInstanceWhoseBreakerIsOpen() {
		start(WebApplicationType.SERVLET);
		put(Instance.of("stock", "10.0.0.1", 80).id("a").build(), Instance.of("stock", "10.0.0.2", 80).id("b").build());
		call("stock", "a", "b");
		Endpoint failing = balancers().balancers().get("stock").endpoints().get(0);
		for (int i = 0; i < 3; i++) {
			failing.begin();
			failing.end(1, Outcome.FAILURE);
		}
		for (int i = 0; i < 4; i++) {
			assertThat(get("governanceservices/stock").path("picked").asString()).isEqualTo("b");
		}
		assertThat(verdict(get("governanceservices/stock"), 0)).startsWith("a BREAKER ");
	}

	@Test
	void tellsThatTheBreakerOfAServiceIsOpen() {
		start(WebApplicationType.SERVLET);
		put(Instance.of("stock", "10.0.0.1", 80).id("a").build());
		call("stock", "a");
		assertThat(get("governanceservices/stock").path("breaker").isNull()).isTrue();
		ProtocolCalls calls = this.application.getBean(ProtocolCalls.class);
		for (int i = 0; i < 3; i++) {
			ProtocolCalls.Call call = calls.begin("stock", "GET", null);
			call.tries(balancers().balancers().get("stock").endpoints().get(0));
			call.over(Outcome.FAILURE);
		}
		assertThat(get("governanceservices/stock").path("breaker").asString()).isEqualTo("OPEN");
		assertThat(get("governanceservices").path("services").path("stock").path("breaker").asString())
			.isEqualTo("OPEN");
	}

	/** Real calls do not tell their key to round robin. */
	@Test
	void keyOfASampleCallDoesNotCountWhereTheAlgorithmDoesNotLookAtIt() {
		start(WebApplicationType.SERVLET, "governance.registry.instance.zone=z1");
		put(Instance.of("stock", "10.0.0.1", 80).id("a").zone("z1").build(),
				Instance.of("stock", "10.0.0.2", 80).id("b").zone("z1").build(),
				Instance.of("stock", "10.0.0.3", 80).id("c").zone("z2").build());
		call("stock", "a", "b", "c");
		// What is left of the zone takes 70 % of the calls, by chance; a key would
		// decide.
		balancers().balancers().get("stock").probed("b", false, "no answer");
		Set<String> picked = new HashSet<>();
		await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).untilAsserted(() -> {
			picked.add(get("governanceservices/stock?key=cart-7").path("picked").asString());
			assertThat(picked).containsExactlyInAnyOrder("a", "c");
		});
	}

	@Test
	void doesNotWatchAServiceThatSomebodyAsksFor() {
		start(WebApplicationType.SERVLET);
		assertThat(response("governanceservices/nobody").statusCode()).isEqualTo(404);
		assertThat(response("governanceservices/..%2f").statusCode()).isBetween(400, 404);
		assertThat(get("governanceservices").path("services").propertyNames()).doesNotContain("nobody");
	}

	@Test
	void healthIsDegradedWhileListsMayBeOutOfDateOrTheRegistrationIsMissing(@TempDir Path directory)
			throws IOException {
		start(WebApplicationType.SERVLET);
		call("stock");
		await().untilAsserted(() -> {
			JsonNode components = get("health").path("components");
			assertThat(components.path("governanceDiscovery").path("status").asString()).isEqualTo("UP");
			assertThat(components.path("governanceRegistry").path("status").asString()).isEqualTo("UP");
		});
		assertThat(this.application.getBean(RegistrationKeeper.class).states()).hasSize(1);
		this.application.close();

		Path nowhere = Files.createFile(directory.resolve("file")).resolve("below");
		start(WebApplicationType.SERVLET, "spring.config.import=optional:governance:",
				"governance.local.directory=" + nowhere);
		balancers().pick("stock", "stable");
		await().untilAsserted(() -> {
			JsonNode components = get("health").path("components");
			assertThat(components.path("governanceDiscovery").path("status").asString()).isEqualTo("DEGRADED");
			assertThat(components.path("governanceRegistry").path("status").asString()).isEqualTo("DEGRADED");
			assertThat(components.path("governanceRegistry")
				.path("details")
				.path("registrations")
				.get(0)
				.path("registered")
				.asBoolean()).isFalse();
		});
		assertThat(response("health").statusCode()).isEqualTo(200);
	}

	private void start(WebApplicationType type, String... properties) {
		String[] all = List
			.of("management.endpoints.web.exposure.include=*", "management.endpoint.health.show-details=always")
			.toArray(new String[2 + properties.length]);
		System.arraycopy(properties, 0, all, 2, properties.length);
		this.application = this.fleet.start(type, Application.class, all);
	}

	private void put(Instance... instances) {
		this.application.getBean(Backend.class).registry().put("stock", List.of(instances));
	}

	private void call(String service, String... ids) {
		balancers().ready(service).toCompletableFuture().join();
		await().untilAsserted(() -> assertThat(balancers().balancers().get(service).endpoints())
			.extracting((endpoint) -> endpoint.instance().id())
			.containsExactly(ids));
	}

	private ServiceBalancers balancers() {
		return this.application.getBean(ServiceBalancers.class);
	}

	private static String verdict(JsonNode sample, int index) {
		JsonNode candidate = sample.path("candidates").get(index);
		return candidate.path("instanceId").asString() + " " + candidate.path("verdict").asString() + " "
				+ candidate.path("reason").asString();
	}

	private JsonNode get(String path) {
		return JsonMapper.shared().readTree(response(path).body());
	}

	private HttpResponse<String> response(String path) {
		String port = this.application.getEnvironment().getProperty("local.server.port");
		try {
			return this.http.send(
					HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/actuator/" + path)).build(),
					BodyHandlers.ofString());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
