package io.governance.boot.call;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.governance.backend.Backend;
import io.governance.boot.call.CallingApplication.Clients;
import io.governance.boot.call.FaultyServer.Fault;
import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.loadbalancer.Endpoint;
import io.governance.registry.Instance;
import io.governance.registry.Registry;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.function.client.support.WebClientAdapter;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.PostExchange;
import org.springframework.web.service.invoker.HttpExchangeAdapter;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;
import org.springframework.web.service.registry.HttpServiceGroup.ClientType;
import org.springframework.web.service.registry.ImportHttpServices;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

/**
 * HTTP interfaces in front of servers that misbehave: those of a group, whose name is
 * that of the service, and those made by hand.
 */
@Timeout(60)
@TestInstance(Lifecycle.PER_CLASS)
class HttpInterfaceCallTests {

	@TempDir
	private static Path directory;

	private CallingApplication app;

	/** Apart, as the others may take their time. */
	private CallingApplication hurried;

	@BeforeAll
	void open() {
		this.app = start("patient");
		this.hurried = start("hurried", "governance.call.try-timeout=500ms", "governance.call.deadline=1200ms");
	}

	private static CallingApplication start(String name, String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.addAll(List.of("governance.call.breaker.enabled=false", "governance.discovery.guard.share=1",
				"spring.http.serviceclient.stock.base-url=lb://warehouse"));
		return new CallingApplication(directory.resolve(name), InterfaceApplication.class, all.toArray(String[]::new));
	}

	@AfterAll
	void close() {
		this.app.close();
		this.hurried.close();
	}

	@ParameterizedTest
	@EnumSource
	void callsAreSpreadAndTriedOnAnotherInstance(Kind kind) {
		FaultyServer busy = this.app.server(Fault.UNAVAILABLE);
		FaultyServer first = this.app.server(Fault.NONE);
		FaultyServer second = this.app.server(Fault.NONE);
		register(kind.service, FaultyServer.deadPort(), busy.port(), first.port(), second.port());
		for (int i = 0; i < 8; i++) {
			assertThat(kind.get(this.app)).isEqualTo("fine");
		}
		assertThat(List.of(busy, first, second)).allSatisfy((server) -> assertThat(server.requests()).isNotEmpty());
		await().untilAsserted(
				() -> assertThat(endpoint(kind, first).stats().succeeded() + endpoint(kind, second).stats().succeeded())
					.isEqualTo(8));
		assertThat(endpoint(kind, busy).stats().failed()).isEqualTo(busy.requests().size());
		assertThat(this.app.endpoints(kind.service)).allMatch((endpoint) -> endpoint.stats().inFlight() == 0);
	}

	@ParameterizedTest
	@EnumSource
	void doesNotSendTwiceWhatMayHaveBeenCarriedOut(Kind kind) {
		FaultyServer one = this.app.server(Fault.UNAVAILABLE);
		FaultyServer other = this.app.server(Fault.UNAVAILABLE);
		register(kind.service, one.port(), other.port());
		assertThat(catchThrowable(() -> kind.post(this.app, "body"))).hasMessageContaining("503");
		assertThat(one.requests().size() + other.requests().size()).isEqualTo(1);
	}

	@ParameterizedTest
	@EnumSource
	void deadlineHolds(Kind kind) {
		this.hurried.named(kind.service, this.hurried.server(Fault.HANGS).port(),
				this.hurried.server(Fault.HANGS).port(), this.hurried.server(Fault.HANGS).port());
		long start = System.nanoTime();
		Throwable failure = catchThrowable(() -> kind.get(this.hurried));
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(1100),
				Duration.ofSeconds(10));
		assertThat(failure).hasStackTraceContaining(CallTimeoutException.class.getName())
			.hasStackTraceContaining("'" + kind.service + "' did not answer");
	}

	@ParameterizedTest
	@EnumSource
	void fallbackAnswersWhenAllTriesFail(Kind kind) {
		FaultyServer one = this.app.server(Fault.UNAVAILABLE);
		FaultyServer other = this.app.server(Fault.UNAVAILABLE);
		register(kind.service, one.port(), other.port());
		assertThat(kind.getOr(this.app, "nothing")).isEqualTo("nothing");
		assertThat(List.of(one, other)).allSatisfy((server) -> assertThat(server.requests()).isNotEmpty());
	}

	@Test
	void groupOfTheDocsBelongsToAServiceOfAnotherName() throws IOException {
		String page = Files.readString(Path.of("..", "docs", "calls.md"));
		assertThat(squeeze(Files.readString(Path.of("src/test/java/io/governance/boot/call/Shop.java"))))
			.contains(squeeze(page.substring(page.indexOf("@Configuration"),
					page.indexOf("```", page.indexOf("@Configuration")))));
		assertThat(page).contains("spring.http.serviceclient.stock.base-url: lb://warehouse\n");
		FaultyServer fine = this.app.server(Fault.NONE);
		register("warehouse", FaultyServer.deadPort(), fine.port());
		assertThat(this.app.bean(Shop.class).item("1")).isEqualTo("fine");
		fine.behave(Fault.BROKEN);
		assertThat(this.app.bean(Shop.class).item("1")).isEqualTo("unknown");
	}

	private static String squeeze(String text) {
		return text.replaceAll("\\s+", " ").trim();
	}

	/** Instances that no test before had. */
	private void register(String service, int... ports) {
		List<Instance> instances = Arrays.stream(ports)
			.mapToObj((port) -> Instance.of(service, "127.0.0.1", port).id("at-" + port).build())
			.toList();
		Registry registry = this.app.bean(Backend.class).registry();
		registry.observe(service).forEach((before) -> registry.remove(service, before.id()));
		registry.put(service, instances);
		this.app.bean(ServiceBalancers.class).ready(service).toCompletableFuture().join();
		await().until(() -> this.app.endpoints(service)
			.stream()
			.map((endpoint) -> endpoint.instance().port())
			.sorted()
			.toList()
			.equals(Arrays.stream(ports).sorted().boxed().toList()));
	}

	private Endpoint endpoint(Kind kind, FaultyServer server) {
		return this.app.endpoints(kind.service)
			.stream()
			.filter((endpoint) -> endpoint.instance().port() == server.port())
			.findFirst()
			.orElseThrow();
	}

	/** How an interface is made, and over which client. */
	enum Kind {

		REST_CLIENT_GROUP("rest-group") {

			@Override
			Orders orders(CallingApplication app) {
				return app.bean(RestGroup.class);
			}

		},

		REST_CLIENT_BY_HAND("rest-by-hand") {

			@Override
			Orders orders(CallingApplication app) {
				RestClient client = app.bean(RestClient.Builder.class).clone().baseUrl("http://rest-by-hand").build();
				return proxy(RestClientAdapter.create(client), Orders.class);
			}

		},

		WEB_CLIENT_GROUP("web-group") {

			@Override
			ReactiveOrders reactive(CallingApplication app) {
				return app.bean(WebGroup.class);
			}

		},

		WEB_CLIENT_BY_HAND("web-by-hand") {

			@Override
			ReactiveOrders reactive(CallingApplication app) {
				WebClient client = app.bean(WebClient.Builder.class).clone().baseUrl("http://web-by-hand").build();
				return proxy(WebClientAdapter.create(client), ReactiveOrders.class);
			}

		};

		private final String service;

		Kind(String service) {
			this.service = service;
		}

		Orders orders(CallingApplication app) {
			return null;
		}

		ReactiveOrders reactive(CallingApplication app) {
			return null;
		}

		String get(CallingApplication app) {
			ReactiveOrders reactive = reactive(app);
			return (reactive != null) ? reactive.get().block() : orders(app).get();
		}

		void post(CallingApplication app, String body) {
			ReactiveOrders reactive = reactive(app);
			if (reactive != null) {
				reactive.post(body).block();
			}
			else {
				orders(app).post(body);
			}
		}

		/** As documented: the fallback is given at the call. */
		String getOr(CallingApplication app, String fallback) {
			ReactiveOrders reactive = reactive(app);
			return (reactive != null) ? app.bean(GovernanceReactiveCalls.class)
				.call(reactive.get(), (failure) -> Mono.just(fallback))
				.block() : app.bean(GovernanceCalls.class).call(orders(app)::get, (failure) -> fallback);
		}

		private static <T> T proxy(HttpExchangeAdapter adapter, Class<T> type) {
			return HttpServiceProxyFactory.builderFor(adapter).build().createClient(type);
		}

	}

	interface Orders {

		@GetExchange("/")
		String get();

		@PostExchange("/")
		String post(@RequestBody String body);

	}

	interface ReactiveOrders {

		@GetExchange("/")
		Mono<String> get();

		@PostExchange("/")
		Mono<String> post(@RequestBody String body);

	}

	interface RestGroup extends Orders {

	}

	interface WebGroup extends ReactiveOrders {

	}

	/** A caller by HTTP interfaces. */
	@Import({ Clients.class, Shop.class })
	@ImportHttpServices(group = "rest-group", types = RestGroup.class)
	@ImportHttpServices(group = "web-group", types = WebGroup.class, clientType = ClientType.WEB_CLIENT)
	static class InterfaceApplication {

	}

}
