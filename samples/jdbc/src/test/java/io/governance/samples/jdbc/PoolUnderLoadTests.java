package io.governance.samples.jdbc;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Resizes the pool while requests come in, and looks that none of them fails.
 */
@Timeout(120)
@ExtendWith(OutputCaptureExtension.class)
class PoolUnderLoadTests {

	private static final int CLIENTS = 30;

	private final HttpClient http = HttpClient.newHttpClient();

	private final AtomicBoolean running = new AtomicBoolean(true);

	private final AtomicInteger served = new AtomicInteger();

	private final List<Future<?>> clients = new ArrayList<>();

	private final ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);

	private Path document;

	private ConfigurableApplicationContext service;

	@BeforeEach
	void startService(@TempDir Path data) throws IOException {
		this.service = JdbcApplication.start(data, "--server.port=0");
		this.document = JdbcApplication.document(data);
	}

	@AfterEach
	void stopService() {
		this.running.set(false);
		this.threads.shutdownNow();
		this.service.close();
	}

	@Test
	void poolFollowsTheConfigUnderLoadAndNoRequestFails(CapturedOutput output) throws Exception {
		for (int i = 0; i < CLIENTS; i++) {
			this.clients.add(this.threads.submit(this::call));
		}
		eventually(() -> assertThat(pool().path("total").asInt()).isEqualTo(2));
		resize(2, 20);
		eventually(() -> assertThat(pool().path("total").asInt()).isEqualTo(20));
		eventually(() -> assertThat(pool().path("active").asInt()).isGreaterThan(10));
		resize(20, 5);
		eventually(() -> assertThat(pool().path("total").asInt()).isEqualTo(5));
		int before = this.served.get();
		resize(5, 0);
		eventually(() -> assertThat(output)
			.contains("jdbc.yaml:5:26: 'spring.datasource.hikari.maximum-pool-size' must be at least 1"));
		eventually(() -> assertThat(this.served).hasValueGreaterThan(before + 2 * CLIENTS));
		assertThat(pool().path("maximum").asInt()).isEqualTo(5);
		assertThat(pool().path("total").asInt()).isEqualTo(5);
		assertThat(get("/actuator/health").path("status").asString()).isEqualTo("DEGRADED");
		resize(0, 5);
		eventually(() -> assertThat(get("/actuator/health").path("status").asString()).isEqualTo("UP"));
		this.running.set(false);
		for (Future<?> client : this.clients) {
			client.get();
		}
	}

	private Void call() throws Exception {
		while (this.running.get()) {
			HttpResponse<String> response = send("/orders/42");
			assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
			assertThat(response.body()).contains("towel");
			this.served.incrementAndGet();
		}
		return null;
	}

	private void resize(int from, int to) throws IOException {
		String text = Files.readString(this.document);
		assertThat(text).contains("maximum-pool-size: " + from);
		Files.writeString(this.document, text.replace("maximum-pool-size: " + from, "maximum-pool-size: " + to));
	}

	private JsonNode pool() throws Exception {
		return get("/pool");
	}

	private JsonNode get(String path) throws Exception {
		return JsonMapper.shared().readTree(send(path).body());
	}

	private HttpResponse<String> send(String path) throws Exception {
		URI uri = URI
			.create("http://localhost:" + this.service.getEnvironment().getProperty("local.server.port") + path);
		return this.http.send(HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(30)).build(),
				HttpResponse.BodyHandlers.ofString());
	}

	private static void eventually(ThrowingRunnable assertion) {
		await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(20)).untilAsserted(assertion);
	}

}
