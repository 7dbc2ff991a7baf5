package io.governance.boot.gray;

import java.net.URI;
import java.util.Collection;
import java.util.List;
import java.util.Map;

import feign.Request;
import feign.RequestTemplate;
import io.governance.gray.GrayDecision;
import io.governance.gray.LaneContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.cloud.client.DefaultServiceInstance;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.mock.http.client.MockClientHttpRequest;
import org.springframework.web.reactive.function.client.ClientRequest;

import static org.assertj.core.api.Assertions.assertThat;

/** Each client sends the same headers. */
class LaneTransformersTests {

	private static final ServiceInstance INSTANCE = new DefaultServiceInstance("i", "orders", "127.0.0.1", 80, false);

	private static final String BOTH = "governance.lane=orders%3Dgray,trace=1";

	private GrayDecision.Scope scope;

	@BeforeEach
	void open() {
		this.scope = LaneContext.parse("orders=gray").open();
	}

	@AfterEach
	void close() {
		this.scope.close();
	}

	@Test
	void restClient() {
		MockClientHttpRequest request = new MockClientHttpRequest(HttpMethod.GET, URI.create("http://orders/"));
		request.getHeaders().set("baggage", "trace=1, governance.lane=own");
		request.getHeaders().set("X-Governance-Lane", "own");
		LaneRequestTransformer transformer = new LaneRequestTransformer(carrier("header,baggage"));
		assertSent(transformer.transformRequest(request, INSTANCE).getHeaders());
		this.scope.close();
		HttpHeaders bare = transformer.transformRequest(request, INSTANCE).getHeaders();
		assertThat(bare.get("baggage")).containsExactly("trace=1");
		assertThat(bare.get("X-Governance-Lane")).isNull();
	}

	@Test
	void webClient() {
		ClientRequest request = ClientRequest.create(HttpMethod.GET, URI.create("http://orders/"))
			.header("baggage", "trace=1", "governance.lane=own")
			.header("X-Governance-Lane", "own")
			.build();
		LaneClientRequestTransformer transformer = new LaneClientRequestTransformer(carrier("header,baggage"));
		assertSent(transformer.transformRequest(request, INSTANCE).headers());
	}

	@Test
	void feign() {
		Request request = Request.create(Request.HttpMethod.GET, "http://orders/",
				Map.of("Baggage", List.of("governance.lane=own", "trace=1"), "x-governance-lane", List.of("own")), null,
				null, new RequestTemplate());
		LaneFeignRequestTransformer transformer = new LaneFeignRequestTransformer(carrier("header,baggage"));
		Map<String, Collection<String>> sent = transformer.transformRequest(request, INSTANCE).headers();
		assertThat(sent).hasSize(2);
		assertThat(sent.get("baggage")).containsExactly(BOTH);
		assertThat(sent.get("x-governance-lane")).containsExactly("orders=gray");
	}

	@Test
	void sendsWhatIsConfiguredAlone() {
		MockClientHttpRequest request = new MockClientHttpRequest(HttpMethod.GET, URI.create("http://orders/"));
		HttpHeaders baggage = new LaneRequestTransformer(carrier("baggage")).transformRequest(request, INSTANCE)
			.getHeaders();
		assertThat(baggage.get("baggage")).containsExactly("governance.lane=orders%3Dgray");
		assertThat(baggage.get("X-Governance-Lane")).isNull();
		HttpHeaders header = new LaneRequestTransformer(carrier("header")).transformRequest(request, INSTANCE)
			.getHeaders();
		assertThat(header.get("baggage")).isNull();
		assertThat(header.get("X-Governance-Lane")).containsExactly("orders=gray");
	}

	private static void assertSent(HttpHeaders headers) {
		assertThat(headers.get("baggage")).containsExactly(BOTH);
		assertThat(headers.get("X-Governance-Lane")).containsExactly("orders=gray");
	}

	private static LaneCarrier carrier(String carriers) {
		return new LaneCarrier(
				new Binder(new MapConfigurationPropertySource(Map.of("governance.gray.carriers", carriers)))
					.bindOrCreate("governance.gray", GovernanceGrayProperties.class));
	}

}
