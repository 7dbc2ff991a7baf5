package io.governance.boot.call;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.governance.boot.call.FaultyServer.Fault;
import io.governance.boot.fleet.LocalBackendConfiguration;
import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.InstanceStats;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A gateway with routes to services found on the local backend. */
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
abstract class AbstractGatewayTests {

	private static final String RULES = """
			rules:
			  - name: orders-v2
			    service: orders
			    lane: gray
			    match:
			      users: [user123]
			""";

	@TempDir
	private static Path directory;

	protected final HttpClient http = HttpClient.newHttpClient();

	private final List<AutoCloseable> fleet = new ArrayList<>();

	protected CallingApplication gateway;

	private final String type;

	private final List<String> retry;

	/** For one kind of gateway, with its filter that tries again. */
	AbstractGatewayTests(String type, String... retry) {
		this.type = type;
		this.retry = List.of(retry);
	}

	@BeforeAll
	void open() throws IOException {
		Path rules = directory.resolve("config/default/default/gray.yaml");
		Files.createDirectories(rules.getParent());
		Files.writeString(rules, RULES);
		List<String> properties = new ArrayList<>(List.of(
				"spring.main.web-application-type="
						+ this.type.replace("webflux", "reactive").replace("webmvc", "servlet"),
				"server.port=0", "server.shutdown=immediate", "governance.gray.enabled=true",
				"governance.gray.trusted-peers=10.0.0.0/8", "test.gateway=" + this.type));
		properties.addAll(route(0, "orders", this.retry));
		properties.addAll(route(1, "plain", List.of()));
		properties.addAll(route(2, "slow", List.of()));
		properties.addAll(route(3, "tried", this.retry));
		properties.addAll(route(4, "stuck", List.of()));
		properties.addAll(route(5, "broken-off-false", List.of()));
		properties.addAll(route(6, "broken-off-true", List.of()));
		properties.addAll(route(7, "hurried", List.of()));
		properties.add(settings() + "routes[7].metadata.response-timeout=700");
		this.gateway = new CallingApplication(directory, application(), properties.toArray(String[]::new));
	}

	protected Class<?> application() {
		return GatewayApplication.class;
	}

	private String settings() {
		return "spring.cloud.gateway.server." + this.type + ".";
	}

	private List<String> route(int index, String service, List<String> filter) {
		String route = settings() + "routes[" + index + "].";
		List<String> properties = new ArrayList<>(List.of(route + "id=" + service, route + "uri=lb://" + service,
				route + "predicates[0]=Path=/" + service));
		filter.forEach((property) -> properties.add(route + "filters[0]" + property));
		return properties;
	}

	@AfterAll
	void close() throws Exception {
		this.gateway.close();
		for (AutoCloseable instance : this.fleet) {
			instance.close();
		}
	}

	@Test
	void routesAreBalancedByLaneAndLeaveTheInstanceThatIsKilled() throws Exception {
		InstanceProcess killed = instance("a", "stable");
		instance("b", "stable");
		instance("gray", "gray");
		this.gateway.bean(ServiceBalancers.class).ready("orders").toCompletableFuture().join();
		await().until(() -> this.gateway.endpoints("orders").size() == 3);

		Map<String, Integer> answered = new HashMap<>();
		for (int i = 0; i < 20; i++) {
			HttpResponse<String> answer = get("orders", "X-User-ID", "somebody");
			assertThat(answer.headers().firstValue("lanes-received")).hasValue("stable");
			answered.merge(answer.body(), 1, Integer::sum);
		}
		assertThat(answered).containsExactlyInAnyOrderEntriesOf(Map.of("a", 10, "b", 10));
		for (int i = 0; i < 5; i++) {
			HttpResponse<String> answer = get("orders", "X-User-ID", "user123");
			assertThat(answer.body()).isEqualTo("gray");
			assertThat(answer.headers().firstValue("lanes-received")).hasValue("orders=gray");
		}
		// Nobody is trusted here.
		HttpResponse<String> spoofed = get("orders", "X-Governance-Lane", "orders=gray");
		assertThat(spoofed.body()).isNotEqualTo("gray");
		assertThat(spoofed.headers().firstValue("lanes-received")).hasValue("stable");
		await().untilAsserted(() -> assertThat(this.gateway.endpoints("orders")).extracting(Endpoint::stats)
			.allMatch((stats) -> stats.inFlight() == 0)
			.extracting(InstanceStats::succeeded)
			.satisfies((counts) -> assertThat(counts.stream().mapToLong(Long::longValue).sum()).isEqualTo(26)));

		killed.kill();
		for (int i = 0; i < 20; i++) {
			assertThat(get("orders", "X-User-ID", "somebody").body()).isEqualTo("b");
		}
	}

	private InstanceProcess instance(String id, String lane) throws IOException {
		InstanceProcess instance = new InstanceProcess(directory, "orders", id, lane);
		this.fleet.add(instance);
		return instance;
	}

	@Test
	void instanceThatRefusesIsLeftAlsoWithoutRetries() throws Exception {
		FaultyServer fine = this.gateway.server(Fault.NONE);
		this.gateway.named("plain", FaultyServer.deadPort(), fine.port());
		int failed = 0;
		for (int i = 0; i < 30; i++) {
			failed += (get("plain", "n", "1").statusCode() != 200) ? 1 : 0;
		}
		assertThat(failed).isBetween(1, 5);
		int refused = failed;
		await().untilAsserted(() -> {
			assertThat(this.gateway.stats("plain", "i0").failed()).isEqualTo(refused);
			assertThat(this.gateway.stats("plain", "i1").succeeded()).isEqualTo(30 - refused);
		});
	}

	@Test
	void furtherTriesGoToOtherInstances() throws Exception {
		FaultyServer fine = this.gateway.server(Fault.NONE);
		FaultyServer busy = this.gateway.server(Fault.UNAVAILABLE);
		this.gateway.named("tried", FaultyServer.deadPort(), busy.port(), fine.port());
		for (int i = 0; i < 3; i++) {
			assertThat(get("tried", "n", "1").body()).isEqualTo("fine");
		}
		assertThat(fine.requests()).hasSize(3);
		await().untilAsserted(() -> {
			assertThat(this.gateway.stats("tried", "i1").failed()).isEqualTo(busy.requests().size()).isPositive();
			assertThat(this.gateway.stats("tried", "i0").failed()).isPositive();
		});
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void callerThatBreaksItsRequestOffTellsNothingOfTheInstance(boolean reset) throws Exception {
		FaultyServer fine = this.gateway.server(Fault.NONE);
		String service = "broken-off-" + reset;
		this.gateway.named(service, fine.port());
		InstanceStats stats = this.gateway.stats(service, "i0");
		for (int i = 1; i <= 4; i++) {
			try (Socket caller = new Socket(InetAddress.getLoopbackAddress(), uri(service).getPort())) {
				caller.getOutputStream()
					.write(("POST /" + service + " HTTP/1.1\r\nHost: gateway\r\nContent-Length: 1000000\r\n\r\nabc")
						.getBytes(StandardCharsets.US_ASCII));
				await().until(() -> stats.inFlight() == 1);
				caller.setSoLinger(reset, 0);
			}
			int ended = i;
			await().until(() -> stats.ended() == ended);
		}
		assertThat(stats.failed()).isZero();
		assertThat(get(service, "n", "1").body()).isEqualTo("fine");
	}

	private HttpResponse<String> get(String path, String header, String value) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(uri(path)).header(header, value).build();
		return this.http.send(request, BodyHandlers.ofString());
	}

	protected final URI uri(String path) {
		String port = this.gateway.bean(Environment.class).getProperty("local.server.port");
		return URI.create("http://127.0.0.1:" + port + "/" + path);
	}

	/** A gateway. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(LocalBackendConfiguration.class)
	static class GatewayApplication {

	}

}
