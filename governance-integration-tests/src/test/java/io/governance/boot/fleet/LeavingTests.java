package io.governance.boot.fleet;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.governance.backend.Backend;
import io.governance.boot.fleet.Services.Kind;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.registry.ServiceDirectory;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/** Real web applications that leave while they are called, or are told to rest. */
@Timeout(120)
class LeavingTests {

	private static final String UNRESTRICTED = "management.endpoint.governanceinstance.access=unrestricted";

	private static final String EXPOSED = "management.endpoints.web.exposure.include=governanceinstance,health";

	@TempDir
	private Path directory;

	private Services services;

	private Backend backend;

	private ServiceDirectory found;

	private final HttpClient http = HttpClient.newHttpClient();

	private final AtomicReference<String> path = new AtomicReference<>("/whoami");

	private volatile boolean calling = true;

	@BeforeEach
	void open() {
		this.services = new Services(this.directory);
		this.backend = LocalBackendConfiguration.in(this.directory);
		this.found = new ServiceDirectory(this.backend.discovery());
	}

	@AfterEach
	void close() {
		this.calling = false;
		this.services.close();
		this.found.close();
		this.backend.close();
	}

	@ParameterizedTest
	@EnumSource(value = Kind.class, names = { "SERVLET", "REACTIVE" })
	void leavesWhenNobodyHasCalledForAWhileWhateverProbesAsk(Kind kind) throws Exception {
		ConfigurableApplicationContext front = this.services.front(kind,
				"governance.registry.drain.quiet-period=1500ms", "governance.registry.drain.timeout=60s",
				"spring.lifecycle.timeout-per-shutdown-phase=90s", EXPOSED);
		AtomicInteger answered = new AtomicInteger();
		CompletableFuture<Void> caller = CompletableFuture
			.runAsync(() -> callForAsLongAsItIsThere(Services.url(front, ""), answered));
		await().until(() -> answered.get() > 0);

		CompletableFuture<Void> closed = CompletableFuture.runAsync(front::close);
		await().until(() -> statuses("front").equals(List.of(InstanceStatus.DRAINING)));
		int before = answered.get();
		await().until(() -> answered.get() > before + 50);
		assertThat(closed).isNotDone();
		assertThat(statuses("front")).containsExactly(InstanceStatus.DRAINING);

		this.path.set("/actuator/health");
		await().until(() -> statuses("front").isEmpty());
		closed.get();
		this.calling = false;
		caller.get();
	}

	@Test
	void leavesAtTheTimeoutAlthoughItIsStillCalled() throws Exception {
		ConfigurableApplicationContext orders = this.services.orders("a", "governance.registry.drain.quiet-period=10s",
				"governance.registry.drain.timeout=600ms");
		AtomicInteger answered = new AtomicInteger();
		CompletableFuture<Void> caller = CompletableFuture
			.runAsync(() -> callForAsLongAsItIsThere(Services.url(orders, ""), answered));
		await().until(() -> answered.get() > 0 && statuses("orders").size() == 1);

		long start = System.nanoTime();
		orders.close();

		assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(600));
		await().until(() -> statuses("orders").isEmpty());
		this.calling = false;
		caller.get();
	}

	@Test
	void operatorTakesAnInstanceOutOfServiceAndBack() throws Exception {
		ConfigurableApplicationContext orders = this.services.orders("a", EXPOSED, UNRESTRICTED);
		String endpoint = Services.url(orders, "/actuator/governanceinstance");
		await().until(() -> statuses("orders").equals(List.of(InstanceStatus.UP)));
		assertThat(send(HttpRequest.newBuilder().GET(), endpoint).body()).contains("\"status\":\"UP\"",
				"\"registered\":true", "\"id\":\"a\"", "\"started\":");

		for (String status : List.of("OUT_OF_SERVICE", "DRAINING", "UP")) {
			HttpResponse<String> answer = set(endpoint, status);
			assertThat(answer.statusCode()).isEqualTo(200);
			assertThat(answer.body()).startsWith("{\"status\":\"" + status + "\"");
			await().until(() -> statuses("orders").equals(List.of(InstanceStatus.valueOf(status))));
		}
		HttpResponse<String> refused = set(endpoint, "DOWN");
		assertThat(refused.statusCode()).isEqualTo(400);
		assertThat(refused.body()).contains("The status can be set to one of [UP, DRAINING, OUT_OF_SERVICE]");
		assertThat(statuses("orders")).containsExactly(InstanceStatus.UP);
	}

	@Test
	void statusIsReadOnlyUnlessAllowedAndSecretsAreMasked() throws Exception {
		ConfigurableApplicationContext orders = this.services.orders("a", EXPOSED,
				"governance.registry.instance.metadata.api-token=abc123");
		String endpoint = Services.url(orders, "/actuator/governanceinstance");
		HttpResponse<String> shown = send(HttpRequest.newBuilder().GET(), endpoint);
		assertThat(shown.statusCode()).isEqualTo(200);
		assertThat(shown.body()).doesNotContain("abc123");
		assertThat(set(endpoint, "OUT_OF_SERVICE").statusCode()).isEqualTo(405);
	}

	@Test
	void tellsWhereItIsManagedAndWhatItIsTaggedWith() {
		ConfigurableApplicationContext orders = this.services.orders("a", "management.server.port=0",
				"governance.registry.instance.tags=blue,canary");
		await().until(() -> statuses("orders").equals(List.of(InstanceStatus.UP)));
		Instance instance = this.found.instances("orders").instances().get(0);
		assertThat(instance.metadata()).containsEntry("tags", "blue,canary")
			.containsEntry("management-port", orders.getEnvironment().getProperty("local.management.port"));
		assertThat(instance.port()).hasToString(orders.getEnvironment().getProperty("local.server.port"));
	}

	private HttpResponse<String> set(String endpoint, String status) throws IOException, InterruptedException {
		return send(HttpRequest.newBuilder()
			.header("Content-Type", "application/json")
			.POST(HttpRequest.BodyPublishers.ofString("{\"status\":\"" + status + "\"}")), endpoint);
	}

	private HttpResponse<String> send(HttpRequest.Builder request, String url)
			throws IOException, InterruptedException {
		return this.http.send(request.uri(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
	}

	private void callForAsLongAsItIsThere(String url, AtomicInteger answered) {
		while (this.calling) {
			try {
				send(HttpRequest.newBuilder().GET(), url + this.path.get());
				answered.incrementAndGet();
			}
			catch (IOException ex) {
				return;
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return;
			}
		}
	}

	private List<InstanceStatus> statuses(String service) {
		return this.found.instances(service).instances().stream().map(Instance::status).toList();
	}

	private static ConditionFactory await() {
		return Awaitility.await().pollInterval(Duration.ofMillis(10)).atMost(Duration.ofSeconds(30));
	}

}
