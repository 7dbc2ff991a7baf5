package io.governance.samples.platform.console;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

import io.governance.registry.Instance;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The platform on the local backend, as {@code run} starts it.
 */
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PlatformTests {

	/** Where the build has put the services. */
	static final Path HOME = Path.of("..").toAbsolutePath().normalize();

	/** A user as well as an order. */
	private static final String BOTH = "{\"name\":\"Bob\",\"mail\":\"bob@example.org\",\"userId\":1,\"item\":\"a towel\"}";

	private final ExecutorService callers = Executors.newFixedThreadPool(8);

	private Platform platform;

	private Caller caller;

	private TraceReceiver receiver;

	private Path work;

	@BeforeAll
	void start(@TempDir Path work) throws IOException {
		this.work = work;
		this.receiver = new TraceReceiver();
		List<String> properties = new ArrayList<>(this.receiver.properties());
		properties.add(ObservabilityFiles.FOR_OLD_PROMETHEUS);
		this.platform = new Platform(new Packages(HOME).prepare(), work, "local", freePort(), properties);
		this.platform.start();
		this.caller = new Caller(this.platform.gateway());
		Platform.await("the first order with its buyer", Duration.ofSeconds(60), this::isWhole);
	}

	/** What is not compiled and connected yet may take longer than a call may. */
	private boolean isWhole() {
		HttpResponse<String> order = this.caller.post("/api/orders", "{\"userId\":1,\"item\":\"a towel\"}");
		return order.statusCode() == 201 && this.caller.get("/api/orders/" + json(order, 201).path("id"), "u1")
			.body()
			.contains("\"degraded\":false");
	}

	static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0)) {
			return socket.getLocalPort();
		}
	}

	@AfterAll
	void close() {
		this.callers.shutdownNow();
		this.platform.close();
		this.receiver.close();
	}

	@Test
	@Order(1)
	void gatewayServesUsersAndOrders() {
		JsonNode user = json(this.caller.post("/api/users", "{\"name\":\"Ann\",\"mail\":\"ann@example.org\"}"), 201);
		assertThat(json(this.caller.get("/api/users/" + user.path("id"), "u1"), 200).path("name").asString())
			.isEqualTo("Ann");
		JsonNode order = json(
				this.caller.post("/api/orders", "{\"userId\":" + user.path("id") + ",\"item\":\"a towel\"}"), 201);
		JsonNode found = json(this.caller.get("/api/orders/" + order.path("id"), "u1"), 200);
		assertThat(found.path("buyer").path("name").asString()).isEqualTo("Ann");
		assertThat(found.path("degraded").asBoolean()).isFalse();
		assertThat(json(this.caller.get("/api/users?after=50", "u1"), 200)).hasSizeGreaterThanOrEqualTo(50);
	}

	@Test
	@Order(1)
	void saysWhichInstanceIsNotThere() {
		assertThatIllegalStateException().isThrownBy(() -> this.platform.member(Platform.USERS, "blue"))
			.withMessage("There is no blue instance of user-service");
	}

	@Test
	@Order(2)
	void whatIsSentTwiceIsDoneOnce() {
		for (String path : List.of("/api/users", "/api/orders")) {
			long first = json(send(path, "key-1", BOTH), 201).path("id").asLong();
			assertThat(json(send(path, "key-1", BOTH), 201).path("id").asLong()).isEqualTo(first);
			assertThat(json(send(path, "key-2", BOTH), 201).path("id").asLong()).isNotEqualTo(first);
		}
	}

	@Test
	@Order(2)
	void whatIsSentTwiceAtOnceIsDoneOnceAndOpensNoBreaker() {
		for (String path : List.of("/api/users", "/api/orders")) {
			for (int round = 0; round < 20; round++) {
				String key = "at-once-" + round;
				List<CompletableFuture<HttpResponse<String>>> answers = IntStream.range(0, 8)
					.mapToObj((i) -> CompletableFuture.supplyAsync(() -> send(path, key, BOTH), this.callers))
					.toList();
				assertThat(answers).extracting((answer) -> json(answer.join(), 201).path("id").asLong())
					.containsOnly(json(send(path, key, BOTH), 201).path("id").asLong());
			}
		}
	}

	private HttpResponse<String> send(String path, String key, String body) {
		return this.caller.send(HttpRequest.newBuilder(URI.create(this.platform.gateway() + path))
			.header("Content-Type", "application/json")
			.header("Idempotency-Key", key)
			.POST(HttpRequest.BodyPublishers.ofString(body)));
	}

	@Test
	@Order(3)
	void gatewayToldWhatIsWrongWithARequest() {
		assertProblem(this.caller.get("/api/users/0", "u1"), 400, "greater than 0");
		assertProblem(this.caller.get("/api/users/abc", "u1"), 400, "'abc'");
		assertProblem(this.caller.get("/api/orders/-1", "u1"), 400, "");
		assertProblem(this.caller.get("/api/users/999999999", "u1"), 404, "no user 999999999");
		assertProblem(this.caller.get("/api/orders/999999999", "u1"), 404, "no order 999999999");
		assertProblem(this.caller.post("/api/users", "{\"name\":\"Ann\"}"), 400, "mail");
		assertProblem(this.caller.post("/api/users", "{\"mail\":\"ann@example.org\"}"), 400, "name");
		assertProblem(this.caller.post("/api/users", "{\"name\":"), 400, "");
		assertProblem(this.caller.post("/api/orders", "{\"userId\":1}"), 400, "");
		assertProblem(this.caller.post("/api/orders", "{\"userId\":999999999,\"item\":\"a towel\"}"), 422, "no user");
	}

	@Test
	@Order(3)
	void whatIsTooLongOrAnEmptyKeyIsAnErrorOfItsCallerAndOpensNoBreaker() {
		String name = "n".repeat(201);
		for (int i = 0; i < 10; i++) {
			assertProblem(this.caller.post("/api/users", user(name, "ann@example.org")), 400, "200 characters");
			assertProblem(this.caller.post("/api/users", user("Ann", name)), 400, "200 characters");
			assertProblem(send("/api/users", "k".repeat(101), user("Ann", "ann@example.org")), 400, "100 characters");
			assertProblem(this.caller.post("/api/orders", order(name)), 400, "");
			assertProblem(send("/api/orders", "k".repeat(101), order("a towel")), 400, "");
		}
		for (String path : List.of("/api/users", "/api/orders")) {
			assertProblem(send(path, "", path.endsWith("users") ? user("Ann", "ann@example.org") : order("a towel")),
					400, "");
		}
		String longest = name.substring(1);
		json(send("/api/users", "u".repeat(100), user(longest, longest)), 201);
		json(send("/api/orders", "o".repeat(100), order(longest)), 201);
	}

	private static String user(String name, String mail) {
		return "{\"name\":\"" + name + "\",\"mail\":\"" + mail + "\"}";
	}

	private static String order(String item) {
		return "{\"userId\":1,\"item\":\"" + item + "\"}";
	}

	@Test
	@Order(4)
	void gatewayLetsInNoBodyThatIsTooLargeAndNoForeignPage() {
		byte[] large = new byte[100_000];
		Arrays.fill(large, (byte) ' ');
		for (String path : List.of("/api/users", "/api/orders")) {
			HttpResponse<String> answer = this.caller
				.send(HttpRequest.newBuilder(URI.create(this.platform.gateway() + path))
					.header("Content-Type", "application/json")
					.header("Origin", "http://localhost:3000")
					.POST(HttpRequest.BodyPublishers.ofByteArray(large)));
			assertProblem(answer, 413, "too large");
			assertThat(answer.headers().firstValue("Access-Control-Allow-Origin")).as("a page may read it")
				.contains("http://localhost:3000");
			assertProblem(this.caller.postChunked(path, large), 413, "too large");
		}
		assertThat(preflight("http://localhost:3000").headers().firstValue("Access-Control-Allow-Origin"))
			.contains("http://localhost:3000");
		assertThat(preflight("http://elsewhere.example").statusCode()).isEqualTo(403);
	}

	private HttpResponse<String> preflight(String origin) {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(this.platform.gateway() + "/api/users"))
			.method("OPTIONS", HttpRequest.BodyPublishers.noBody())
			.header("Access-Control-Request-Method", "POST");
		return this.caller.send(request.header("Origin", origin));
	}

	@Test
	@Order(5)
	void tracesLeadFromTheGatewayToTheDatabaseAndIntoTheLogs() {
		traces().leadToTheDatabaseAndIntoTheLogs();
	}

	@Test
	@Order(6)
	void tracesTellEachTryOfACall() {
		traces().tellEachTryOfACall();
	}

	private Traces traces() {
		JsonNode order = json(this.caller.post("/api/orders", "{\"userId\":1,\"item\":\"a towel\"}"), 201);
		return new Traces(this.platform, this.receiver, this.work.resolve("logs"), "/api/orders/" + order.path("id"));
	}

	@Test
	@Order(7)
	void noRequestFailsWhateverHappensBehindTheGateway() throws IOException {
		Story story = new Story("local", this.platform, Duration.ofSeconds(3), Duration.ofSeconds(30));
		try {
			story.tell();
		}
		finally {
			story.write();
		}
	}

	@Test
	@Order(8)
	void prometheusReadsTheRulesAndAnswersWhatTheDashboardAsks() throws IOException {
		new ObservabilityFiles(HOME).check(this.platform);
	}

	@Test
	@Order(9)
	void everythingEndsWithinTenSeconds() {
		List<Member> members = this.platform.members();
		long start = System.nanoTime();
		this.platform.close();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
		assertThat(members).isNotEmpty().noneMatch(Member::isAlive);
		assertThatIllegalStateException().isThrownBy(() -> this.platform.start(Platform.USERS, Instance.STABLE));
	}

	private static void assertProblem(HttpResponse<String> answer, int status, String detail) {
		assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
		assertThat(json(answer, status).path("detail").asString()).contains(detail);
	}

	private static JsonNode json(HttpResponse<String> answer, int status) {
		assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
		return JsonMapper.shared().readTree(answer.body());
	}

}
