package io.governance.consul;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.governance.backend.Backend;
import io.governance.consul.ConsulSettings.CheckType;
import io.governance.consul.ConsulSettings.RegistrationSettings;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.testservers.ConsulServer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/** How instances lie at an agent. */
@Timeout(60)
class ConsulRegistrationTests {

	private final String service = "orders-" + System.nanoTime();

	private final Http http = new Http(ConsulServer.shared().address());

	private final Instance instance = Instance.of(this.service, "127.0.0.1", 8080).id("o-1").build();

	private final List<Backend> opened = new ArrayList<>();

	@AfterEach
	void close() {
		this.http.put("/v1/agent/service/deregister/" + ConsulRequest.encode("dev/" + this.service + "/o-1"), "");
		this.opened.forEach(Backend::close);
	}

	private Backend open(CheckType check, Duration deregister, List<String> tags) {
		ConsulSettings settings = new ConsulSettings(List.of(ConsulServer.shared().address()), null, null, null, null,
				null, null, null, null, null, new RegistrationSettings(check, Duration.ofSeconds(6),
						Duration.ofSeconds(1), Duration.ofSeconds(1), "/healthy", null, null, deregister, tags),
				null);
		Backend backend = ConsulFixture.backend("dev", settings);
		this.opened.add(backend);
		return backend;
	}

	private List<List<Instance>> watch(Backend backend) {
		List<List<Instance>> lists = new CopyOnWriteArrayList<>();
		backend.discovery().watch(this.service, lists::add);
		return lists;
	}

	private void awaitStatus(List<List<Instance>> lists, InstanceStatus status) {
		try {
			Awaitility.await().until(() -> {
				List<Instance> latest = lists.isEmpty() ? List.of() : lists.get(lists.size() - 1);
				return latest.size() == 1 && latest.get(0).status() == status;
			});
		}
		catch (ConditionTimeoutException ex) {
			throw new AssertionError("""
					Told: %s
					What the agent knows of its check: %s
					What its server knows: %s
					""".formatted(lists, this.http
				.get("/v1/agent/checks?filter=" + ConsulRequest.encode("ServiceID == \"dev/" + this.service + "/o-1\""))
				.body(), stored()), ex);
		}
	}

	private JsonNode stored() {
		HttpResponse<String> response = this.http.get("/v1/health/service/" + this.service + "?consistent");
		return JsonMapper.builder().build().readTree(response.body()).path(0);
	}

	@Test
	@DisplayName("F33 An instance is a service of the agent, with tags, weights, metadata and a check of its own")
	void storedNatively() {
		Backend backend = open(null, null, List.of("blue"));
		backend.registry()
			.put(this.service, List.of(this.instance.toBuilder().weight(300).lane("gray").zone("z").build()));
		Awaitility.await().until(() -> stored().path("Service").path("Weights").path("Passing").asInt(0) == 300);
		JsonNode stored = stored().path("Service");
		assertThat(stored.path("ID").asString()).isEqualTo("dev/" + this.service + "/o-1");
		assertThat(stored.path("Tags").toString()).isEqualTo("[\"governance-namespace=dev\",\"blue\"]");
		assertThat(stored.path("Meta").toString())
			.isEqualTo("{\"governance-id\":\"o-1\",\"governance-namespace\":\"dev\",\"lane\":\"gray\",\"zone\":\"z\"}");
		assertThat(stored().path("Checks").toString()).contains("governance:dev/" + this.service + "/o-1");
	}

	@Test
	void tagsOfAnInstanceAreThoseOfTheService() {
		Backend backend = open(null, null, List.of("blue"));
		Map<String, String> metadata = Map.of("tags", "red, green,,governance-namespace=prod");
		backend.registry().put(this.service, List.of(this.instance.toBuilder().metadata(metadata).build()));
		Awaitility.await().until(() -> stored().path("Service").path("Tags").size() > 0);
		assertThat(stored().path("Service").path("Tags").toString())
			.isEqualTo("[\"governance-namespace=dev\",\"blue\",\"red\",\"green\"]");
		assertThat(backend.registry().observe(this.service).get(0).metadata()).isEqualTo(metadata);
	}

	@Test
	@DisplayName("F32 A removal after less than a minute warns and is a minute")
	void removalThatIsTooEarlyIsAMinute() {
		Logger logger = (Logger) LoggerFactory.getLogger(ServiceDefinition.class);
		ListAppender<ILoggingEvent> appender = new ListAppender<>();
		appender.start();
		logger.addAppender(appender);
		try {
			ServiceDefinition definition = new ServiceDefinition("dev",
					new RegistrationSettings(null, null, null, null, null, null, null, Duration.ofSeconds(30), null));
			assertThat(appender.list).singleElement()
				.satisfies((event) -> assertThat(event.getFormattedMessage())
					.contains("governance.consul.registration.deregister-critical-service-after is 30s"));
			assertThat(definition.json(this.instance)).contains("\"DeregisterCriticalServiceAfter\":\"60s\"");
		}
		finally {
			logger.detachAppender(appender);
		}
		assertThat(new ServiceDefinition("dev",
				new RegistrationSettings(null, null, null, null, null, null, null, Duration.ZERO, null))
			.json(this.instance)).doesNotContain("DeregisterCriticalServiceAfter");
	}

	@ParameterizedTest
	@EnumSource(names = { "HTTP", "TCP", "GRPC" })
	void agentFindsOutByItselfWhetherAnInstanceLives(CheckType check) {
		Backend backend = open(check, null, null);
		List<List<Instance>> lists = watch(backend);
		backend.registry().put(this.service, List.of(this.instance));
		// Nobody listens on that port.
		awaitStatus(lists, InstanceStatus.DOWN);
		assertThat(stored().path("Checks").toString()).contains("\"Type\":\"" + check.name().toLowerCase() + "\"");
		assertThat(backend.registry().observe(this.service)).as("no reason to have the check begin anew")
			.containsExactly(this.instance);
	}

	@Test
	void httpCheckPassesWhileTheInstanceAnswers() {
		try (FakeConsul health = new FakeConsul(
				(asked, exchange) -> FakeConsul.send(exchange, asked.path().equals("/healthy") ? 200 : 500, "ok"))) {
			Backend backend = open(CheckType.HTTP, null, null);
			List<List<Instance>> lists = watch(backend);
			int port = java.net.URI.create(health.address()).getPort();
			Instance listening = Instance.of(this.service, "127.0.0.1", port).id("o-1").build();
			backend.registry().put(this.service, List.of(listening));
			Awaitility.await().until(() -> health.asked().size() >= 2);
			awaitStatus(lists, InstanceStatus.UP);
			health.script((asked, exchange) -> FakeConsul.send(exchange, 429, ""));
			awaitStatus(lists, InstanceStatus.WARNING);
			health.script((asked, exchange) -> FakeConsul.send(exchange, 503, ""));
			awaitStatus(lists, InstanceStatus.DOWN);
		}
	}

	@Test
	void tcpCheckPassesWhileSomebodyListens() throws IOException {
		Backend backend = open(CheckType.TCP, null, null);
		List<List<Instance>> lists = watch(backend);
		try (ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			backend.registry()
				.put(this.service,
						List.of(Instance.of(this.service, "127.0.0.1", listening.getLocalPort()).id("o-1").build()));
			awaitStatus(lists, InstanceStatus.UP);
		}
		awaitStatus(lists, InstanceStatus.DOWN);
	}

	@Test
	void grpcCheckPassesWhileTheInstanceServes() {
		Backend backend = open(CheckType.GRPC, null, null);
		List<List<Instance>> lists = watch(backend);
		try (GrpcHealth health = new GrpcHealth()) {
			backend.registry()
				.put(this.service, List.of(Instance.of(this.service, "127.0.0.1", health.port()).id("o-1").build()));
			Awaitility.await().until(() -> health.calls() >= 2);
			awaitStatus(lists, InstanceStatus.UP);
			health.serving(false);
			awaitStatus(lists, InstanceStatus.DOWN);
			health.serving(true);
			awaitStatus(lists, InstanceStatus.UP);
		}
	}

	@Test
	void withoutACheckEveryStatusIsToldAndForeignClientsAreKeptAway() {
		Backend backend = open(CheckType.NONE, null, null);
		List<List<Instance>> lists = watch(backend);
		for (InstanceStatus status : List.of(InstanceStatus.UP, InstanceStatus.DOWN, InstanceStatus.UP,
				InstanceStatus.DRAINING, InstanceStatus.OUT_OF_SERVICE, InstanceStatus.WARNING)) {
			backend.registry().put(this.service, List.of(this.instance.withStatus(status)));
			awaitStatus(lists, status);
			assertThat(backend.registry().observe(this.service)).extracting(Instance::status).containsExactly(status);
			Awaitility.await()
				.until(() -> this.http.get("/v1/health/service/" + this.service + "?consistent&passing=true")
					.body()
					.equals("[]") != status.takesCalls());
		}
	}

	@Test
	@DisplayName("A change of status is told without any other in between")
	void statusChangesAreWhole() {
		Backend backend = open(null, null, null);
		List<List<Instance>> lists = watch(backend);
		List<InstanceStatus> statuses = List.of(InstanceStatus.UP, InstanceStatus.DRAINING, InstanceStatus.DOWN,
				InstanceStatus.OUT_OF_SERVICE, InstanceStatus.UP);
		for (InstanceStatus status : statuses) {
			backend.registry().put(this.service, List.of(this.instance.withStatus(status)));
			awaitStatus(lists, status);
		}
		List<InstanceStatus> told = lists.stream()
			.filter((list) -> !list.isEmpty())
			.map((list) -> list.get(0).status())
			.toList();
		assertThat(told).isEqualTo(statuses);
	}

	@Test
	@DisplayName("Whoever says DOWN of itself takes no calls, and is not removed for as long as it lives")
	void whoeverSaysThatItIsDownIsNotRemoved() {
		List<List<Instance>> lists = watch(open(null, null, null));
		try (Backend backend = ConsulFixture.backend("dev",
				ConsulFixture.settings(List.of(ConsulServer.shared().address()), null, Duration.ofSeconds(2)))) {
			for (InstanceStatus before : List.of(InstanceStatus.DOWN, InstanceStatus.UP)) {
				backend.registry().put(this.service, List.of(this.instance.withStatus(before)));
				awaitStatus(lists, before);
				backend.registry().put(this.service, List.of(this.instance.withStatus(InstanceStatus.DOWN)));
				awaitStatus(lists, InstanceStatus.DOWN);
				assertThat(backend.registry().observe(this.service)).extracting(Instance::status)
					.containsExactly(InstanceStatus.DOWN);
				// Consul removes by this check alone, since it alone has a time for that.
				Awaitility.await().until(() -> check().equals("passing"));
				assertThat(this.http.get("/v1/health/service/" + this.service + "?consistent&passing=true").body())
					.isEqualTo("[]");
			}
		}
		Awaitility.await().until(() -> check().equals("critical"));
		awaitStatus(lists, InstanceStatus.DOWN);
	}

	/** What the agent knows of the check that tells whether the process lives. */
	private String check() {
		return JsonMapper.builder()
			.build()
			.readTree(this.http.get("/v1/agent/checks").body())
			.path("governance:dev/" + this.service + "/o-1")
			.path("Status")
			.asString("");
	}

	@Test
	void maintenanceByAnOperatorIsShownAndNotLifted() {
		Backend backend = open(null, null, null);
		List<List<Instance>> lists = watch(backend);
		backend.registry().put(this.service, List.of(this.instance));
		awaitStatus(lists, InstanceStatus.UP);
		String maintenance = "/v1/agent/service/maintenance/" + ConsulRequest.encode("dev/" + this.service + "/o-1");
		this.http.put(maintenance + "?enable=true&reason=disk", "");
		awaitStatus(lists, InstanceStatus.OUT_OF_SERVICE);
		backend.registry().put(this.service, List.of(this.instance));
		assertThat(backend.registry().observe(this.service)).extracting(Instance::status)
			.containsExactly(InstanceStatus.OUT_OF_SERVICE);
		this.http.put(maintenance + "?enable=false", "");
		awaitStatus(lists, InstanceStatus.UP);
	}

	@ParameterizedTest
	@ValueSource(strings = { "x", "店" })
	void metadataThatConsulCanNeverHoldAreRefusedNamingThePartAndNotItsValue(String character) {
		int most = 512 / character.getBytes(StandardCharsets.UTF_8).length;
		Backend backend = open(null, null, null);
		Instance largest = this.instance.toBuilder().metadata(Map.of("key", character.repeat(most))).build();
		backend.registry().put(this.service, List.of(largest));
		assertThat(backend.registry().observe(this.service)).containsExactly(largest);
		Instance larger = this.instance.toBuilder().metadata(Map.of("key", character.repeat(most + 1))).build();
		assertThatIllegalArgumentException().isThrownBy(() -> backend.registry().put(this.service, List.of(larger)))
			.withMessageContaining("'key'")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain(character.repeat(2)));
	}

	@Test
	void whatConsulCanNeverHoldIsRefusedNamingThePartAndNotItsValue() {
		Backend backend = open(null, null, null);
		assertThatIllegalArgumentException()
			.isThrownBy(() -> backend.registry()
				.put(this.service, List.of(this.instance.toBuilder().metadata(Map.of("a.b/c", "s3cr3t")).build())))
			.withMessageContaining("'a.b/c'")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("s3cr3t"));
		assertThat(backend.registry().observe(this.service)).isEmpty();
	}

}
