package io.governance.samples.quickstart;

import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Does what the quickstart tells people to try.
 */
@ExtendWith(OutputCaptureExtension.class)
class QuickstartTests {

	private final HttpClient http = HttpClient.newHttpClient();

	private Quickstart fleet;

	private Path documents;

	@BeforeEach
	void startFleet(@TempDir Path data) throws IOException {
		this.fleet = new Quickstart(data);
		this.fleet.layOutDocuments();
		this.fleet.startFleet("--server.port=0");
		this.documents = this.fleet.documents();
		eventually(() -> assertThat(instances(20)).hasSize(2));
	}

	@AfterEach
	void stopFleet() {
		this.fleet.close();
	}

	@Test
	void stableInstancesTakeTurnsAndChosenUsersReachTheGrayOne() throws Exception {
		List<String> instances = IntStream.range(0, 10)
			.mapToObj((i) -> order(null).path("instance").asString())
			.toList();
		assertThat(instances.subList(0, 2)).containsExactlyInAnyOrder("orders-1", "orders-2");
		for (int i = 2; i < instances.size(); i++) {
			assertThat(instances.get(i)).isEqualTo(instances.get(i - 2));
		}
		for (int i = 0; i < 10; i++) {
			assertThat(order("user123").path("instance").asString()).isEqualTo("orders-3");
			assertThat(order("user123").path("lane").asString()).isEqualTo("gray");
		}
	}

	@Test
	void raisingThePercentageMakesMoreUsersGrayAndNoneLessSo() throws Exception {
		Set<String> before = grayUsers();
		assertThat(before).hasSizeBetween(1, 40);
		edit("gray.yaml", "percentage: 10", "percentage: 50");
		eventually(() -> assertThat(grayUsers()).hasSizeGreaterThan(80));
		assertThat(grayUsers()).containsAll(before);
		edit("gray.yaml", "percentage: 50", "percentage: 101");
		eventually(() -> assertThat(health()).isEqualTo("DEGRADED"));
		assertThat(grayUsers()).hasSizeGreaterThan(80);
	}

	@Test
	void savedConfigIsServedBrokenConfigIsNot(CapturedOutput output) throws Exception {
		edit("orders.yaml", "Hello", "Good morning");
		eventually(() -> assertThat(order(null).path("greeting").asString()).isEqualTo("Good morning"));
		eventually(() -> assertThat(output)
			.contains("[orders-1] OrderSettings[greeting=Hello, priceFactor=1.0, currency=EUR] -> "
					+ "OrderSettings[greeting=Good morning, priceFactor=1.0, currency=EUR]"));
		edit("orders.yaml", "1.0", "99");
		eventually(() -> assertThat(health()).isEqualTo("DEGRADED"));
		assertThat(order(null).path("priceFactor").asDouble()).isEqualTo(1.0);
		assertThat(output).contains("orders.yaml:4:17: 'order.price-factor' must be less than or equal to 10");
		edit("orders.yaml", "99", "[1.5");
		eventually(() -> assertThat(output).containsPattern("rejected.*orders.yaml:\\d+:\\d+: "));
		assertThat(order(null).path("priceFactor").asDouble()).isEqualTo(1.0);
		edit("orders.yaml", "[1.5", "1.5");
		eventually(() -> assertThat(order(null).path("priceFactor").asDouble()).isEqualTo(1.5));
		eventually(() -> assertThat(health()).isEqualTo("UP"));
	}

	@Test
	void changeThatAnInstanceCannotFollowIsRolledBack(CapturedOutput output) throws Exception {
		edit("orders.yaml", "1.0\n  currency: EUR", "2.0\n  currency: XXL");
		eventually(
				() -> assertThat(output).contains("was rolled back, because observer 'OrdersController.take' failed"));
		eventually(() -> assertThat(output).contains("[orders-1] OrderSettings[greeting=Hello, priceFactor=2.0, "
				+ "currency=XXL] -> OrderSettings[greeting=Hello, priceFactor=1.0, currency=EUR]"));
		eventually(() -> assertThat(health()).isEqualTo("DEGRADED"));
		assertThat(order(null).path("priceFactor").asDouble()).isEqualTo(1.0);
		assertThat(order(null).path("currency").asString()).isEqualTo("EUR");
		edit("orders.yaml", "XXL", "CHF");
		eventually(() -> assertThat(order(null).path("currency").asString()).isEqualTo("CHF"));
		eventually(() -> assertThat(health()).isEqualTo("UP"));
	}

	@Test
	void aSecondProcessJoinsTheFleetAndIsLeftWhenItIsKilled(@TempDir Path directory) throws Exception {
		File log = directory.resolve("second.log").toFile();
		Process second = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(),
				"-Dquickstart.data=" + this.documents.resolve("../../..").normalize(), "-cp",
				System.getProperty("java.class.path"), Quickstart.class.getName(), "orders", "--server.port=0")
			.redirectErrorStream(true)
			.redirectOutput(log)
			.start();
		try {
			String id = "orders-" + second.pid();
			await().atMost(Duration.ofSeconds(60))
				.until(() -> Files.readString(log.toPath()).contains("Instance " + id + " of 'orders' has joined"));
			await().atMost(Duration.ofSeconds(5)).until(() -> instances(6).contains(id));
			second.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
			await().atMost(Duration.ofSeconds(9))
				.pollInterval(Duration.ofMillis(200))
				.until(() -> instances(9).size() == 2);
			assertThat(instances(30)).containsExactlyInAnyOrder("orders-1", "orders-2");
		}
		finally {
			second.destroyForcibly();
		}
	}

	@Test
	void aFleetWhosePortIsTakenSaysHowToChooseAnotherAndLeavesNothing(@TempDir Path directory) throws Exception {
		Path log = directory.resolve("second.log");
		Process second = new ProcessBuilder(ProcessHandle.current().info().command().orElseThrow(),
				"-Dquickstart.data=" + directory.resolve("data"), "-cp", System.getProperty("java.class.path"),
				Quickstart.class.getName(),
				"--server.port=" + this.fleet.front().getEnvironment().getProperty("local.server.port"))
			.redirectErrorStream(true)
			.redirectOutput(log.toFile())
			.start();
		try {
			assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
			assertThat(second.exitValue()).isEqualTo(1);
			assertThat(Files.readString(log)).contains("was already in use")
				.contains("samples/quickstart/run --server.port=9090")
				.doesNotContain("The fleet is up");
			try (Stream<Path> files = Files.walk(directory.resolve("data/services"))) {
				assertThat(files.filter((file) -> file.toString().endsWith(".json"))).isEmpty();
			}
		}
		finally {
			second.destroyForcibly();
		}
	}

	private void edit(String document, String from, String to) throws IOException {
		Path file = this.documents.resolve(document);
		String before = Files.readString(file);
		assertThat(before).contains(from);
		Files.writeString(file, before.replace(from, to));
	}

	private Set<String> grayUsers() {
		Set<String> gray = new HashSet<>();
		for (int i = 0; i < 200; i++) {
			if (order("u" + i).path("lane").asString().equals("gray")) {
				gray.add("u" + i);
			}
		}
		return gray;
	}

	private Set<String> instances(int calls) {
		Set<String> instances = new HashSet<>();
		for (int i = 0; i < calls; i++) {
			instances.add(order(null).path("instance").asString("none"));
		}
		return instances;
	}

	private JsonNode order(String user) {
		return get("/orders/42", user);
	}

	private String health() {
		return get("/actuator/health", null).path("status").asString();
	}

	private JsonNode get(String path, String user) {
		HttpRequest.Builder request = HttpRequest
			.newBuilder(URI.create(
					"http://localhost:" + this.fleet.front().getEnvironment().getProperty("local.server.port") + path))
			.timeout(Duration.ofSeconds(10));
		if (user != null) {
			request.header("X-User-ID", user);
		}
		try {
			return JsonMapper.shared()
				.readTree(this.http.send(request.build(), HttpResponse.BodyHandlers.ofString()).body());
		}
		catch (IOException ex) {
			throw new java.io.UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void eventually(ThrowingRunnable assertion) {
		await().atMost(Duration.ofSeconds(15)).pollInterval(Duration.ofMillis(20)).untilAsserted(assertion);
	}

}
