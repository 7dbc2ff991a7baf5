package io.governance.boot.gray;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

import io.governance.boot.fleet.LocalBackendConfiguration;
import io.governance.gray.GrayDecision;
import io.governance.gray.LaneContext;
import jakarta.annotation.PreDestroy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.MDC;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.reactor.autoconfigure.ReactorAutoConfiguration;
import org.springframework.boot.task.SimpleAsyncTaskExecutorBuilder;
import org.springframework.boot.task.ThreadPoolTaskExecutorBuilder;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.core.task.TaskDecorator;
import org.springframework.scheduling.TaskScheduler;
import org.springframework.scheduling.annotation.Async;
import org.springframework.scheduling.annotation.EnableAsync;
import org.springframework.scheduling.annotation.EnableScheduling;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.context.request.async.DeferredResult;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** The lane of a request is there on every thread that works for it. */
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
class LaneThreadsTests {

	private static final ThreadLocal<String> MARK = new ThreadLocal<>();

	@TempDir
	private static Path directory;

	private final RestClient http = RestClient.create();

	private ConfigurableApplicationContext servlet;

	private ConfigurableApplicationContext virtual;

	private ConfigurableApplicationContext reactive;

	@BeforeAll
	void start() throws Exception {
		Path rules = directory.resolve("config/default/default/gray.yaml");
		Files.createDirectories(rules.getParent());
		Files.writeString(rules, "rules: [{name: r, service: orders, lane: gray, match: {users: [alice]}}]");
		this.servlet = start(WebApplicationType.SERVLET, ServletApplication.class);
		this.virtual = start(WebApplicationType.SERVLET, ServletApplication.class,
				"--spring.threads.virtual.enabled=true");
		this.reactive = start(WebApplicationType.REACTIVE, ReactiveApplication.class);
	}

	private static ConfigurableApplicationContext start(WebApplicationType type, Class<?> source, String... more) {
		return new SpringApplicationBuilder(source).web(type)
			.run(Stream
				.concat(Stream.of("--spring.main.banner-mode=off", "--server.port=0", "--test.directory=" + directory,
						"--governance.registry.enabled=false", "--governance.config.cache.enabled=false",
						"--spring.application.name=threads", "--server.shutdown=immediate"), Stream.of(more))
				.toArray(String[]::new));
	}

	@AfterAll
	void stop() {
		Stream.of(this.servlet, this.virtual, this.reactive).forEach(ConfigurableApplicationContext::close);
	}

	static Stream<String> servlet() {
		return Stream.of("direct", "async", "future", "simple", "own", "decorated", "scheduled", "callable", "deferred",
				"streaming", "elastic", "delayed");
	}

	static Stream<String> reactive() {
		return Stream.of("direct", "blocking", "elastic", "delayed", "parallel", "async", "future", "flux");
	}

	@ParameterizedTest
	@MethodSource
	void servlet(String path) {
		assertLanes(this.servlet, path);
	}

	@ParameterizedTest
	@MethodSource("servlet")
	void servletOnVirtualThreadsWhereThereAreSome(String path) {
		assertLanes(this.virtual, path);
	}

	@ParameterizedTest
	@MethodSource
	void reactive(String path) {
		assertLanes(this.reactive, path);
	}

	private void assertLanes(ConfigurableApplicationContext application, String path) {
		for (int i = 0; i < 3; i++) {
			assertThat(get(application, path, "alice")).isEqualTo("orders=gray");
			assertThat(get(application, path, "bob")).isEqualTo("stable");
		}
		Executor executor = application.getBean("applicationTaskExecutor", Executor.class);
		for (int i = 0; i < 10; i++) {
			assertThat(CompletableFuture.supplyAsync(LaneContext::current, executor).join())
				.isSameAs(LaneContext.STABLE);
		}
	}

	@Test
	void theDecoratorsOfTheApplicationStayInPlace() {
		assertThat(get(this.servlet, "marked", "alice")).isEqualTo("marked orders=gray");
		assertThat(this.servlet.getBean(TaskDecorator.class)).isNotInstanceOf(LaneTaskDecorator.class);
		assertThat(this.reactive.getBean(TaskDecorator.class)).isInstanceOf(LaneTaskDecorator.class);
	}

	@ParameterizedTest
	@ValueSource(strings = { "pool", "thread" })
	void threadsThatNobodyDecoratesCarryNothing(String path) {
		assertThat(get(this.servlet, path, "alice")).isEqualTo("orders=gray and ");
	}

	@Test
	void whatSomebodySchedulesForEverBelongsToNoRequest() {
		ServletApplication.Ticker ticker = this.servlet.getBean(ServletApplication.Ticker.class);
		await().atMost(Duration.ofSeconds(20)).until(() -> ticker.seen != null);
		assertThat(ticker.seen).isSameAs(LaneContext.STABLE);
	}

	/** Coroutines on servlets come with Reactor's core alone. */
	@Test
	void reactorCarriesTheLaneWithoutSpringBootsModuleForIt() {
		Hooks.disableAutomaticContextPropagation();
		try {
			startWithoutModule("--spring.reactor.context-propagation=limited").close();
			assertThat(Hooks.isAutomaticContextPropagationEnabled()).isFalse();
			startWithoutModule().close();
			assertThat(Hooks.isAutomaticContextPropagationEnabled()).isTrue();
		}
		finally {
			Hooks.enableAutomaticContextPropagation();
		}
	}

	private static ConfigurableApplicationContext startWithoutModule(String... arguments) {
		return new SpringApplicationBuilder(NoBeans.class).web(WebApplicationType.NONE)
			.resourceLoader(new DefaultResourceLoader(new FilteredClassLoader(ReactorAutoConfiguration.class)))
			.run(arguments);
	}

	@Test
	void applicationsMaySayHowReactorCarriesContext() {
		assertThat(this.reactive.getEnvironment().getProperty("spring.reactor.context-propagation")).isEqualTo("auto");
		ConfigurableApplicationContext limited = start(WebApplicationType.NONE, ReactiveApplication.class,
				"--spring.reactor.context-propagation=limited");
		assertThat(limited.getEnvironment().getProperty("spring.reactor.context-propagation")).isEqualTo("limited");
		limited.close();
		ConfigurableApplicationContext off = start(WebApplicationType.NONE, ReactiveApplication.class,
				"--governance.gray.enabled=false");
		assertThat(off.getEnvironment().getProperty("spring.reactor.context-propagation")).isNull();
		off.close();
	}

	@Test
	void messagesOfABrokerCarryTheLane() {
		LaneCarrier carrier = this.servlet.getBean(LaneCarrier.class);
		OrderMessages messages = new OrderMessages(carrier);
		GrayDecision.Scope request = LaneContext.parse("orders=gray").open();
		messages.send("one");
		request.close();
		messages.send("two");
		assertThat(messages.receive()).isEqualTo("one in gray");
		assertThat(messages.receive()).isEqualTo("two in stable");
		assertThat(LaneContext.current()).isSameAs(LaneContext.STABLE);
	}

	/**
	 * Asks on a connection of its own: Reactor Netty 1.3.6 does not read the third
	 * request of a connection if the second one came before all was done for the first,
	 * and was answered within the event loop.
	 */
	private String get(ConfigurableApplicationContext application, String path, String user) {
		String port = application.getBean(Environment.class).getProperty("local.server.port");
		return this.http.get()
			.uri("http://127.0.0.1:" + port + "/" + path)
			.header("X-User-ID", user)
			.header("Connection", "close")
			.retrieve()
			.body(String.class);
	}

	/** The lane of the thread, if its logs tell the same. */
	private static String current() {
		LaneContext lanes = LaneContext.current();
		String logged = MDC.get(GrayDecision.MDC_KEY);
		return Objects.equals(logged, lanes.isStable() ? null : lanes.toHeader()) ? lanes.toHeader()
				: lanes + " logged as " + logged;
	}

	/** Methods that are called on another thread. */
	static class Background {

		@Async
		CompletableFuture<String> lane() {
			return CompletableFuture.completedFuture(current());
		}

	}

	/** An application on servlets. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableAsync
	@EnableScheduling
	@Import(LocalBackendConfiguration.class)
	static class ServletApplication {

		@Bean
		Background background() {
			return new Background();
		}

		@Bean
		TaskDecorator marks() {
			return (task) -> () -> {
				MARK.set("marked");
				try {
					task.run();
				}
				finally {
					MARK.remove();
				}
			};
		}

		@Bean
		Ticker ticker() {
			return new Ticker();
		}

		static class Ticker {

			private volatile LaneContext seen;

			@Scheduled(fixedDelay = 50)
			void tick() {
				this.seen = LaneContext.current();
			}

		}

		@RestController
		static class Controller {

			private final Background background;

			private final Executor executor;

			private final SimpleAsyncTaskExecutor simple;

			private final ThreadPoolTaskExecutor own;

			private final SimpleAsyncTaskExecutor decorated = new SimpleAsyncTaskExecutor();

			private final TaskScheduler scheduler;

			Controller(Background background, Executor applicationTaskExecutor, SimpleAsyncTaskExecutorBuilder simple,
					ThreadPoolTaskExecutorBuilder own, LaneTaskDecorator decorator, TaskScheduler scheduler) {
				this.background = background;
				this.executor = applicationTaskExecutor;
				this.simple = simple.build();
				this.own = own.corePoolSize(1).build();
				this.own.initialize();
				this.decorated.setTaskDecorator(decorator);
				this.scheduler = scheduler;
			}

			@PreDestroy
			void close() {
				this.own.shutdown();
			}

			@GetMapping("/direct")
			String direct() {
				return current();
			}

			@GetMapping("/async")
			String async() {
				return this.background.lane().join();
			}

			@GetMapping("/future")
			CompletableFuture<String> future() {
				return CompletableFuture.supplyAsync(LaneThreadsTests::current, this.executor)
					.thenApplyAsync((lane) -> lane.equals(current()) ? lane : "changed", this.executor);
			}

			@GetMapping("/simple")
			CompletableFuture<String> simple() {
				return CompletableFuture.supplyAsync(LaneThreadsTests::current, this.simple);
			}

			@GetMapping("/own")
			CompletableFuture<String> own() {
				return CompletableFuture.supplyAsync(LaneThreadsTests::current, this.own);
			}

			@GetMapping("/decorated")
			CompletableFuture<String> decorated() {
				return CompletableFuture.supplyAsync(LaneThreadsTests::current, this.decorated);
			}

			@GetMapping("/pool")
			String pool() {
				return current() + " and " + CompletableFuture.supplyAsync(LaneThreadsTests::current).join();
			}

			@GetMapping("/thread")
			String thread() throws Exception {
				FutureTask<String> lane = new FutureTask<>(LaneThreadsTests::current);
				new Thread(lane).start();
				return current() + " and " + lane.get();
			}

			@GetMapping("/scheduled")
			CompletableFuture<String> scheduled() {
				CompletableFuture<String> lane = new CompletableFuture<>();
				this.scheduler.schedule(() -> lane.complete(current()), Instant.now().plusMillis(20));
				return lane;
			}

			@GetMapping("/callable")
			Callable<String> callable() {
				return LaneThreadsTests::current;
			}

			@GetMapping("/deferred")
			DeferredResult<String> deferred() {
				DeferredResult<String> result = new DeferredResult<>();
				this.executor.execute(() -> result.setResult(current()));
				return result;
			}

			@GetMapping("/streaming")
			StreamingResponseBody streaming() {
				return (out) -> out.write(current().getBytes(StandardCharsets.UTF_8));
			}

			@GetMapping("/elastic")
			Mono<String> elastic() {
				return Mono.fromCallable(LaneThreadsTests::current).subscribeOn(Schedulers.boundedElastic());
			}

			@GetMapping("/delayed")
			Mono<String> delayed() {
				return Mono.delay(Duration.ofMillis(10)).map((tick) -> current());
			}

			@GetMapping("/marked")
			String marked() {
				return CompletableFuture.supplyAsync(() -> MARK.get() + " " + current(), this.executor).join();
			}

		}

	}

	/** An application on WebFlux. */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableAsync
	@Import(LocalBackendConfiguration.class)
	static class ReactiveApplication {

		@Bean
		Background background() {
			return new Background();
		}

		@RestController
		static class Controller {

			private final Background background;

			private final Executor executor;

			Controller(Background background, Executor applicationTaskExecutor) {
				this.background = background;
				this.executor = applicationTaskExecutor;
			}

			@GetMapping("/direct")
			Mono<String> direct() {
				return Mono.fromCallable(LaneThreadsTests::current);
			}

			@GetMapping("/blocking")
			String blocking() {
				return current();
			}

			@GetMapping("/elastic")
			Mono<String> elastic() {
				return Mono.fromCallable(LaneThreadsTests::current).subscribeOn(Schedulers.boundedElastic());
			}

			@GetMapping("/delayed")
			Mono<String> delayed() {
				return Mono.delay(Duration.ofMillis(10)).map((tick) -> current());
			}

			@GetMapping("/parallel")
			Mono<String> parallel() {
				return Mono.just(1).publishOn(Schedulers.parallel()).map((one) -> current());
			}

			@GetMapping("/async")
			Mono<String> async() {
				return Mono.defer(() -> Mono.fromFuture(this.background.lane()));
			}

			@GetMapping("/future")
			Mono<String> future() {
				return Mono.fromFuture(() -> CompletableFuture.supplyAsync(LaneThreadsTests::current, this.executor));
			}

			@GetMapping("/flux")
			Mono<String> flux() {
				return Flux.range(0, 20)
					.flatMap((i) -> Mono.fromCallable(LaneThreadsTests::current)
						.subscribeOn(Schedulers.boundedElastic()))
					.distinct()
					.collectList()
					.map((lanes) -> String.join("|", lanes));
			}

		}

	}

	@SpringBootConfiguration(proxyBeanMethods = false)
	static class NoBeans {

	}

}
