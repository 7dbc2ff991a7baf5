package io.governance.ecosystem;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.governance.gray.LaneContext;
import io.micrometer.tracing.BaggageInScope;
import io.micrometer.tracing.Tracer;
import jakarta.servlet.http.HttpServletRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientBuilderConfigurer;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.cloud.client.loadbalancer.LoadBalanced;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Micrometer Tracing with OpenTelemetry beside the lanes: its baggage and ours share one
 * header through a service on servlets and one on WebFlux.
 */
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
class TracingTests {

	private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";

	private static final String[] TRACING = { "management.tracing.sampling.probability=1",
			"management.tracing.baggage.remote-fields=tenant,cart" };

	private final List<Member> members = new ArrayList<>();

	@BeforeAll
	void start(@TempDir Path fleet) throws IOException {
		Member.rules(fleet, "rules: [{name: r, service: '*', lane: gray, match: {users: [ann]}}]");
		start(fleet, WebApplicationType.SERVLET, "last", Last.class);
		String last = this.members.get(0).uri("/").toString();
		start(fleet, WebApplicationType.REACTIVE, "flux", Flux.class);
		start(fleet, WebApplicationType.SERVLET, "edge", Edge.class);
		start(fleet, WebApplicationType.SERVLET, "guarded", Edge.class, "governance.gray.trusted-peers=10.0.0.0/8");
		start(fleet, WebApplicationType.REACTIVE, "webflux", OpenFlux.class, route("webflux", last));
		start(fleet, WebApplicationType.SERVLET, "webmvc", OpenGateway.class, route("webmvc", last));
	}

	private static String[] route(String gateway, String uri) {
		String route = "spring.cloud.gateway.server." + gateway + ".routes[0].";
		return new String[] { Member.GATEWAY + gateway.equals("webflux"), route + "id=last", route + "uri=" + uri,
				route + "predicates[0]=Path=/last",
				"governance.gray.carriers=" + (gateway.equals("webflux") ? "baggage" : "header,baggage") };
	}

	private void start(Path fleet, WebApplicationType type, String name, Class<?> source, String... properties) {
		List<String> all = new ArrayList<>(List.of(TRACING));
		all.addAll(List.of(properties));
		this.members.add(Member.start(fleet, type, name, source, all.toArray(String[]::new)));
	}

	@AfterAll
	void stop() {
		Collections.reverse(this.members);
		this.members.forEach(Member::close);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/flux", "/last" })
	void fieldsOfTheTracerAndTheLaneShareOneHeader(String path) {
		JsonNode seen = ask("edge", path, "X-User-ID", "ann", "baggage", "tenant=acme");
		assertThat(members(seen)).containsOnly(Map.entry("governance.lane", "gray"), Map.entry("tenant", "acme"),
				Map.entry("cart", "7"));
		assertThat(seen.path("lane").asString()).isEqualTo("gray");
		assertThat(seen.path("tenant").asString()).isEqualTo("acme");
		assertThat(seen.path("cart").asString()).isEqualTo("7");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/flux", "/last" })
	void theTraceGoesOnInOneHeader(String path) {
		JsonNode seen = ask("edge", path, "X-User-ID", "ann", "traceparent", "00-" + TRACE + "-b7ad6b7169203331-01");
		assertThat(seen.path("traceparent")).hasSize(1);
		assertThat(seen.path("traceparent").get(0).asString()).matches("00-" + TRACE + "-[0-9a-f]{16}-01")
			.doesNotContain("b7ad6b7169203331");
		assertThat(seen.path("trace").asString()).isEqualTo(TRACE);
		assertThat(members(seen)).containsEntry("governance.lane", "gray");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/flux", "/last" })
	void theLaneThatWasDecidedReplacesTheOneThatCame(String path) {
		JsonNode seen = ask("edge", path, "X-User-ID", "bob", "baggage",
				"tenant=acme,governance.lane=flux%3Dblue,other=1");
		assertThat(seen.path("lane").asString()).isEqualTo("flux=blue");
		assertThat(members(seen)).containsEntry("governance.lane", "flux%3Dblue")
			.containsEntry("tenant", "acme")
			.containsEntry("cart", "7");
	}

	@Test
	void laneOfAStrangerIsSeenByNoTracerAndPassedOnByNobody() {
		JsonNode seen = ask("guarded", "/flux", "X-User-ID", "ann", "baggage",
				"governance.lane=flux%3Dblue,tenant=acme");
		assertThat(members(seen)).containsOnly(Map.entry("governance.lane", "gray"), Map.entry("tenant", "acme"),
				Map.entry("cart", "7"));
	}

	@Test
	void theTracerOfAGatewayTakesNoLaneAway() {
		JsonNode seen = ask("webflux", "/last", "X-User-ID", "ann", "baggage", "tenant=acme");
		assertThat(members(seen)).containsOnly(Map.entry("governance.lane", "gray"), Map.entry("tenant", "acme"));
		assertThat(seen.path("lane").asString()).isEqualTo("gray");
	}

	@Test
	void theTracerOfAGatewayOnServletsLeavesTheHeaderOfTheLanes() {
		JsonNode seen = ask("webmvc", "/last", "X-User-ID", "ann", "baggage", "tenant=acme");
		assertThat(members(seen)).containsEntry("tenant", "acme");
		assertThat(seen.path("lane").asString()).isEqualTo("gray");
	}

	@Test
	void whoIsStableEverywhereKeepsTheFieldsToo() {
		JsonNode seen = ask("edge", "/flux", "X-User-ID", "bob", "baggage", "tenant=acme");
		assertThat(members(seen)).containsOnly(Map.entry("governance.lane", "stable"), Map.entry("tenant", "acme"),
				Map.entry("cart", "7"));
	}

	/** Each member once, in one header. */
	private static Map<String, String> members(JsonNode seen) {
		assertThat(seen.path("baggage")).as(seen.toString()).hasSize(1);
		Map<String, String> members = new LinkedHashMap<>();
		for (String member : seen.path("baggage").get(0).asString().split(",")) {
			String[] parts = member.trim().split("[=;]");
			assertThat(members.put(parts[0], parts[1])).as(seen.toString()).isNull();
		}
		return members;
	}

	private JsonNode ask(String member, String path, String... headers) {
		Member asked = this.members.stream()
			.filter((one) -> member.equals(one.context().getEnvironment().getProperty("spring.application.name")))
			.findFirst()
			.orElseThrow();
		return JsonMapper.shared().readTree(asked.get(path, headers).body());
	}

	/** The service that callers reach. */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Edge extends Open {

		@Bean
		@LoadBalanced
		RestClient.Builder restClientBuilder(RestClientBuilderConfigurer configurer) {
			return configurer.configure(RestClient.builder());
		}

		@Bean
		EdgeController controller(RestClient.Builder client, Tracer tracer) {
			return new EdgeController(client.build(), tracer);
		}

	}

	@RestController
	static class EdgeController {

		private final RestClient client;

		private final Tracer tracer;

		EdgeController(RestClient client, Tracer tracer) {
			this.client = client;
			this.tracer = tracer;
		}

		@GetMapping({ "/flux", "/last" })
		String next(HttpServletRequest request) {
			BaggageInScope cart = this.tracer.createBaggageInScope("cart", "7");
			try {
				return this.client.get().uri("http:/" + request.getRequestURI()).retrieve().body(String.class);
			}
			finally {
				cart.close();
			}
		}

	}

	/** A gateway on servlets. */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class OpenGateway extends Open {

	}

	/** The service in the middle. */
	@Configuration(proxyBeanMethods = false)
	static class Flux extends OpenFlux {

		@Bean
		@LoadBalanced
		WebClient.Builder webClientBuilder(ObjectProvider<WebClientCustomizer> customizers) {
			WebClient.Builder builder = WebClient.builder();
			customizers.orderedStream().forEach((customizer) -> customizer.customize(builder));
			return builder;
		}

		@Bean
		FluxController controller(WebClient.Builder client) {
			return new FluxController(client.build());
		}

	}

	/** On WebFlux, and lets everybody in. */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class OpenFlux {

		@Bean
		SecurityWebFilterChain open(ServerHttpSecurity http) {
			return http.authorizeExchange((all) -> all.anyExchange().permitAll()).build();
		}

	}

	@RestController
	static class FluxController {

		private final WebClient client;

		FluxController(WebClient client) {
			this.client = client;
		}

		@GetMapping("/")
		Mono<String> next() {
			return this.client.get().uri("http://last/").retrieve().bodyToMono(String.class);
		}

	}

	/** The last service, which tells what it has received. */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Last extends Open {

		@Bean
		LastController controller(Tracer tracer) {
			return new LastController(tracer);
		}

	}

	@RestController
	static class LastController {

		private final Tracer tracer;

		LastController(Tracer tracer) {
			this.tracer = tracer;
		}

		@GetMapping({ "/", "/last" })
		Map<String, Object> received(HttpServletRequest request) {
			Map<String, Object> received = new LinkedHashMap<>();
			received.put("baggage", Collections.list(request.getHeaders("baggage")));
			received.put("traceparent", Collections.list(request.getHeaders("traceparent")));
			received.put("lane", LaneContext.current().toHeader());
			received.put("tenant", this.tracer.getBaggage("tenant").get());
			received.put("cart", this.tracer.getBaggage("cart").get());
			received.put("trace", this.tracer.currentTraceContext().context().traceId());
			return received;
		}

	}

	/** Lets everybody in. */
	@Configuration(proxyBeanMethods = false)
	static class Open {

		@Bean
		SecurityFilterChain open(HttpSecurity http) {
			return http.authorizeHttpRequests((all) -> all.anyRequest().permitAll()).build();
		}

	}

}
