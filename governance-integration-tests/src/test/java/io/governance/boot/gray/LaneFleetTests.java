package io.governance.boot.gray;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;

import io.governance.boot.fleet.LocalBackendConfiguration;
import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.gray.GrayContext;
import io.governance.gray.GrayRules;
import io.governance.gray.GrayRulesParser;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Requests go through edge (servlet, with {@code @Async} and Reactor), orders (WebFlux)
 * and stock (servlet, asynchronous), two instances of each, and stay in their lanes.
 */
@Timeout(900)
@TestInstance(Lifecycle.PER_CLASS)
class LaneFleetTests {

	private static final Logger logger = LoggerFactory.getLogger(LaneFleetTests.class);

	private static final int THREADS = 64;

	/** An ordinary build is not to wait longer, however busy the machine is. */
	private static final Duration ORDINARY = Duration.ofSeconds(8);

	private static final String STABLE = "orders-stable stock-stable stock-stable";

	private static final String GRAY = "orders-gray stock-blue stock-blue";

	@TempDir
	private static Path directory;

	private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final List<ConfigurableApplicationContext> contexts = new ArrayList<>();

	private final List<String> edges = new ArrayList<>();

	@BeforeAll
	void start() throws IOException {
		publish(rules(0));
		start("stock", "stable", WebApplicationType.SERVLET, Stock.class);
		start("stock", "blue", WebApplicationType.SERVLET, Stock.class);
		start("orders", "stable", WebApplicationType.REACTIVE, Orders.class);
		start("orders", "gray", WebApplicationType.REACTIVE, Orders.class);
		start("edge", "stable", WebApplicationType.SERVLET, Edge.class);
		start("edge", "gray", WebApplicationType.SERVLET, Edge.class);
		for (ConfigurableApplicationContext context : this.contexts) {
			ServiceBalancers balancers = context.getBean(ServiceBalancers.class);
			for (String service : List.of("orders", "stock")) {
				balancers.ready(service).toCompletableFuture().join();
				await().until(() -> balancers.balancers().get(service).endpoints().size() == 2);
			}
		}
	}

	@BeforeEach
	void warmUp() throws IOException {
		apply(0);
		for (int i = 0; i < 40; i++) {
			assertThat(ask(i, "user-" + i)).isIn(GRAY, STABLE);
		}
	}

	private void start(String service, String lane, WebApplicationType type, Class<?> source) {
		ConfigurableApplicationContext context = new SpringApplicationBuilder(source).web(type)
			.run("--spring.main.banner-mode=off", "--server.port=0", "--server.shutdown=immediate",
					"--test.directory=" + directory, "--governance.config.cache.enabled=false",
					"--governance.call.try-timeout=0", "--governance.call.deadline=0",
					"--spring.application.name=" + service, "--governance.registry.instance.lane=" + lane,
					"--governance.registry.instance.id=" + service + "-" + lane);
		this.contexts.add(context);
		if (service.equals("edge")) {
			this.edges.add("http://127.0.0.1:" + context.getEnvironment().getProperty("local.server.port") + "/go");
		}
	}

	@AfterAll
	void stop() {
		for (int i = this.contexts.size() - 1; i >= 0; i--) {
			this.contexts.get(i).close();
		}
	}

	@Test
	void everyRequestStaysInItsLane() throws Exception {
		staysInItsLane(4_000, ORDINARY);
	}

	@Test
	@Tag("soak")
	void everyOneOfManyRequestsStaysInItsLane() throws Exception {
		staysInItsLane(100_000, Duration.ofMinutes(14));
	}

	private void staysInItsLane(int requests, Duration atMost) throws Exception {
		GrayRules rules = new GrayRulesParser().parse("gray.yaml", rules(0));
		Map<String, LongAdder> answers = load(new AtomicBoolean(true), requests, atMost, (user) -> {
			boolean gray = rules.decide(GrayContext.ofUser(user)).lanes().laneFor("orders").name().equals("gray");
			return List.of(gray ? GRAY : STABLE);
		});
		assertThat(answers).containsOnlyKeys("right " + GRAY, "right " + STABLE);
		assertCount(answers, requests, atMost);
	}

	private static void assertCount(Map<String, LongAdder> answers, int requests, Duration atMost) {
		if (atMost != ORDINARY) {
			assertThat(answers.values().stream().mapToLong(LongAdder::sum).sum()).isGreaterThanOrEqualTo(requests);
		}
	}

	@Test
	void noRequestSeesHalfOfAChange() throws Exception {
		changes(10, 2_000, ORDINARY);
	}

	@Test
	@Tag("soak")
	void noneOfManyRequestsSeesHalfOfAChange() throws Exception {
		changes(100, 100_000, Duration.ofMinutes(14));
	}

	private void changes(int changes, int requests, Duration atMost) throws Exception {
		AtomicBoolean changed = new AtomicBoolean();
		ExecutorService changer = Executors.newSingleThreadExecutor();
		try {
			Future<?> done = changer.submit(() -> {
				for (int i = 1; i <= changes; i++) {
					apply(i);
				}
				changed.set(true);
				return null;
			});
			Map<String, LongAdder> answers = load(changed, requests, atMost, (user) -> List.of(GRAY, STABLE));
			done.get();
			assertThat(answers).containsOnlyKeys("right " + GRAY, "right " + STABLE);
			assertCount(answers, requests, atMost);
		}
		finally {
			changer.shutdownNow();
		}
	}

	/** Sends so many requests, or for so long, and until it is over. */
	private Map<String, LongAdder> load(AtomicBoolean over, int requests, Duration atMost, Expected expected)
			throws Exception {
		long start = System.nanoTime();
		BooleanSupplier late = () -> System.nanoTime() - start > atMost.toNanos();
		Map<String, LongAdder> answers = new ConcurrentHashMap<>();
		AtomicInteger next = new AtomicInteger();
		ExecutorService threads = Executors.newFixedThreadPool(THREADS);
		try {
			List<Future<?>> all = new ArrayList<>();
			for (int i = 0; i < THREADS; i++) {
				all.add(threads.submit(() -> {
					int number = next.getAndIncrement();
					while ((number < requests && !late.getAsBoolean()) || !over.get()) {
						String user = "user-" + number;
						String answer = ask(number, user);
						String verdict = expected.of(user).contains(answer) ? "right " : "wrong ";
						answers.computeIfAbsent(verdict + answer, (key) -> new LongAdder()).increment();
						number = next.getAndIncrement();
					}
				}));
			}
			for (Future<?> thread : all) {
				thread.get();
			}
		}
		finally {
			threads.shutdownNow();
		}
		logger.info("Answers of {} threads in {} ms: {}", THREADS,
				TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start), answers);
		return answers;
	}

	private String ask(int number, String user) {
		HttpRequest request = HttpRequest.newBuilder(URI.create(this.edges.get(number % this.edges.size())))
			.header("X-User-ID", user)
			.timeout(Duration.ofSeconds(60))
			.build();
		try {
			HttpResponse<String> answer = this.http.send(request, BodyHandlers.ofString());
			return (answer.statusCode() == 200) ? answer.body() : "status " + answer.statusCode();
		}
		catch (IOException ex) {
			return "failed: " + ex;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return "interrupted";
		}
	}

	/** Publishes a version of the rules, and waits until all services have it. */
	private void apply(int version) throws IOException {
		publish(rules(version));
		await().pollInterval(Duration.ofMillis(5))
			.until(() -> this.contexts.stream()
				.allMatch((context) -> context.getBean(GrayRulesKeeper.class)
					.rules()
					.rules()
					.get(0)
					.name()
					.equals("orders-" + version)));
	}

	/** The same users are moved at two services at once. */
	private static String rules(int version) {
		return """
				rules:
				  - {name: orders-%1$d, service: orders, lane: gray, match: {percentage: {value: 50, salt: s%1$d}}}
				  - {name: stock-%1$d, service: stock, lane: blue, match: {percentage: {value: 50, salt: s%1$d}}}
				""".formatted(version);
	}

	private static void publish(String text) throws IOException {
		Path document = directory.resolve("config/default/default/gray.yaml");
		Files.createDirectories(document.getParent());
		Path written = Files.writeString(directory.resolve("gray.yaml.tmp"), text);
		Files.move(written, document, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
	}

	/** Tells which answers are right for a user. */
	private interface Expected {

		List<String> of(String user);

	}

	/** What calls others. */
	static class Clients {

		@Bean
		@LoadBalanced
		RestClient.Builder restClientBuilder() {
			return RestClient.builder();
		}

		@Bean
		@LoadBalanced
		WebClient.Builder webClientBuilder() {
			return WebClient.builder();
		}

	}

	/** The first service. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableAsync
	@Import({ LocalBackendConfiguration.class, Clients.class })
	static class Edge {

		@Bean
		Background background(RestClient.Builder client) {
			return new Background(client.build());
		}

		static class Background {

			private final RestClient client;

			Background(RestClient client) {
				this.client = client;
			}

			@Async
			CompletableFuture<String> orders() {
				return CompletableFuture
					.completedFuture(this.client.get().uri("http://orders/go").retrieve().body(String.class));
			}

		}

		@RestController
		static class Controller {

			private final Background background;

			private final WebClient client;

			Controller(Background background, WebClient.Builder client) {
				this.background = background;
				this.client = client.build();
			}

			@GetMapping("/go")
			CompletableFuture<String> go() {
				CompletableFuture<String> orders = this.background.orders();
				String stock = Mono.just("http://stock/go")
					.publishOn(Schedulers.boundedElastic())
					.flatMap((uri) -> this.client.get().uri(uri).retrieve().bodyToMono(String.class))
					.block();
				return orders.thenApply((answer) -> answer + " " + stock);
			}

		}

	}

	/** The second service. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ LocalBackendConfiguration.class, Clients.class })
	static class Orders {

		@RestController
		static class Controller {

			private final String id;

			private final WebClient client;

			Controller(@Value("${governance.registry.instance.id}") String id, WebClient.Builder client) {
				this.id = id;
				this.client = client.build();
			}

			@GetMapping("/go")
			Mono<String> go() {
				return Mono.just(this.id)
					.publishOn(Schedulers.parallel())
					.flatMap((own) -> this.client.get()
						.uri("http://stock/go")
						.retrieve()
						.bodyToMono(String.class)
						.map((stock) -> own + " " + stock));
			}

		}

	}

	/** The last service. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import({ LocalBackendConfiguration.class, Clients.class })
	static class Stock {

		@RestController
		static class Controller {

			private final String id;

			Controller(@Value("${governance.registry.instance.id}") String id) {
				this.id = id;
			}

			@GetMapping("/go")
			Callable<String> go() {
				return () -> this.id;
			}

		}

	}

}
