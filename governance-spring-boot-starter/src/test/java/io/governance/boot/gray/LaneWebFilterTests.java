package io.governance.boot.gray;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

import io.governance.gray.GrayDecision;
import io.governance.gray.GrayRules;
import io.governance.gray.GrayRulesParser;
import io.governance.gray.LaneContext;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.http.HttpCookie;
import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;
import org.springframework.web.server.adapter.ForwardedHeaderTransformer;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;

import static org.assertj.core.api.Assertions.assertThat;

class LaneWebFilterTests {

	private final AtomicReference<LaneContext> lanes = new AtomicReference<>();

	private final AtomicReference<ServerHttpRequest> shown = new AtomicReference<>();

	@Test
	void knowsTheRequest() {
		GrayRules rules = rules("{all: [{users: ['203.0.113.7']}]}");
		MockServerHttpRequest request = from("127.0.0.1").header("X-Forwarded-For", "6.6.6.6, 203.0.113.7").build();
		pass(request, rules, Map.of());
		assertThat(this.lanes.get().toHeader()).isEqualTo("orders=gray");
		pass(request, rules, Map.of("governance.gray.trusted-proxies", "10.0.0.0/8"));
		assertThat(this.lanes.get()).isSameAs(LaneContext.DECIDED_STABLE);
		pass(from("198.51.100.1").header("X-User-ID", "203.0.113.7").build(), rules, Map.of());
		assertThat(this.lanes.get().toHeader()).isEqualTo("orders=gray");
		pass(from("198.51.100.1").header("X-User-ID", "u".repeat(65_536)).build(), rules("{percentage: 100}"),
				Map.of());
		assertThat(this.lanes.get().isStable()).isTrue();
	}

	@Test
	void headersAndCookiesInUtf8AreWhatRulesSay() {
		GrayRules rules = rules("{all: [{region: [华东]}, {cookie: {name: city, equals: 北京}}]}");
		pass(from("198.51.100.1").header("X-Region", latin1("华东")).cookie(new HttpCookie("city", latin1("北京"))).build(),
				rules, Map.of());
		assertThat(this.lanes.get().toHeader()).isEqualTo("orders=gray");
		pass(from("198.51.100.1").header("X-Region", "华东").cookie(new HttpCookie("city", latin1("北"))).build(), rules,
				Map.of());
		assertThat(this.lanes.get().isStable()).isTrue();
	}

	/** As servers read it. */
	private static String latin1(String text) {
		return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
	}

	@Test
	@DisplayName("FAULTS (c) 8: lanes are told by trusted peers alone")
	void lanesAreToldByTrustedPeersAlone() {
		MockServerHttpRequest trusted = from("127.0.0.1").header("baggage", "a=b,governance.lane=gray").build();
		pass(trusted, GrayRules.NONE, Map.of());
		assertThat(this.lanes.get().toHeader()).isEqualTo("gray");
		assertThat(this.shown.get().getHeaders().getFirst("baggage")).contains("governance.lane");

		pass(from("198.51.100.1").header("baggage", "a=b,governance.lane=gray")
			.header("X-Governance-Lane", "gray")
			.build(), GrayRules.NONE, Map.of());
		assertThat(this.lanes.get()).isSameAs(LaneContext.STABLE);
		HttpHeaders headers = this.shown.get().getHeaders();
		assertThat(headers.get("baggage")).containsExactly("a=b");
		assertThat(headers.get("X-Governance-Lane")).isNull();
	}

	@Test
	@DisplayName("FAULTS (c) 8: what is made of forwarded headers is no peer to trust")
	void trustsTheConnectionAndNotForwardedHeaders() {
		pass(from("198.51.100.1").header("X-Forwarded-For", "127.0.0.1").header("X-Governance-Lane", "gray").build(),
				GrayRules.NONE, Map.of());
		assertThat(this.shown.get().getRemoteAddress().getHostString()).isEqualTo("127.0.0.1");
		assertThat(this.lanes.get()).isSameAs(LaneContext.STABLE);
	}

	private static MockServerHttpRequest.BaseBuilder<?> from(String address) {
		return MockServerHttpRequest.get("/cart").remoteAddress(new InetSocketAddress(address, 4711));
	}

	private void pass(ServerHttpRequest request, GrayRules rules, Map<String, String> properties) {
		GovernanceGrayProperties bound = new Binder(new MapConfigurationPropertySource(properties))
			.bindOrCreate("governance.gray", GovernanceGrayProperties.class);
		LaneDecision decision = new LaneDecision(() -> rules, new LaneCarrier(bound), bound, null);
		HttpHandler handler = WebHttpHandlerBuilder.webHandler((exchange) -> Mono.deferContextual((context) -> {
			this.lanes.set(context.<GrayDecision>getOrEmpty(LaneKey.KEY).orElse(GrayDecision.STABLE).lanes());
			this.shown.set(exchange.getRequest());
			return Mono.empty();
		}))
			.filter(new LaneWebFilter(decision))
			.forwardedHeaderTransformer(new ForwardedHeaderTransformer())
			.httpHandlerDecorator((next) -> new LaneHttpHandler(decision, next))
			.build();
		handler.handle(request, new MockServerHttpResponse()).block();
	}

	private static GrayRules rules(String match) {
		return new GrayRulesParser().parse("gray.yaml",
				"rules: [{name: r, service: orders, lane: gray, match: " + match + "}]");
	}

}
