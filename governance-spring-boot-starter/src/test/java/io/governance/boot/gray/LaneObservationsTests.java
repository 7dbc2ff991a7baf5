package io.governance.boot.gray;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.governance.gray.GrayRules;
import io.governance.gray.GrayRulesParser;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.ReceiverContext;
import jakarta.servlet.Filter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpResponse;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.filter.ServerHttpObservationFilter;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;

import static org.assertj.core.api.Assertions.assertThat;

class LaneObservationsTests {

	private static final String USER = "X-User-ID";

	private final List<Map<String, String>> seen = new ArrayList<>();

	private final ObservationRegistry registry = ObservationRegistry.create();

	LaneObservationsTests() {
		this.registry.observationConfig().observationHandler(new LaneObservations());
		this.registry.observationConfig().observationHandler(new Recorder());
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void observationOfAServletRequestTellsItsLanes(boolean laneFirst) throws Exception {
		Filter lanes = new LaneFilter(decision());
		Filter observations = new ServerHttpObservationFilter(this.registry);
		for (String user : List.of("ann", "bob")) {
			MockHttpServletRequest asked = new MockHttpServletRequest("GET", "/cart");
			asked.addHeader(USER, user);
			(laneFirst ? lanes : observations).doFilter(asked, new MockHttpServletResponse(), (request,
					response) -> (laneFirst ? observations : lanes).doFilter(request, response, (last, answer) -> {
					}));
		}
		assertTold();
	}

	@Test
	void observationOfAWebFluxRequestTellsItsLanes() {
		LaneDecision decision = decision();
		var handler = WebHttpHandlerBuilder.webHandler((exchange) -> Mono.empty())
			.filter(new LaneWebFilter(decision))
			.observationRegistry(this.registry)
			.httpHandlerDecorator((next) -> new LaneHttpHandler(decision, next))
			.build();
		for (String user : List.of("ann", "bob")) {
			handler
				.handle(MockServerHttpRequest.get("/cart")
					.remoteAddress(new InetSocketAddress("127.0.0.1", 4711))
					.header(USER, user)
					.build(), new MockServerHttpResponse())
				.block();
		}
		assertTold();
	}

	/** That of a request in a lane; nothing where all is stable. */
	private void assertTold() {
		assertThat(this.seen).hasSize(2);
		assertThat(this.seen.get(0)).containsEntry("governance.lanes", "orders=gray");
		assertThat(this.seen.get(1)).isNotEmpty().doesNotContainKey("governance.lanes");
	}

	private static LaneDecision decision() {
		GrayRules rules = new GrayRulesParser().parse("gray.yaml",
				"rules: [{name: r, service: orders, lane: gray, match: {users: [ann]}}]");
		GovernanceGrayProperties bound = new Binder(new MapConfigurationPropertySource(Map.of()))
			.bindOrCreate("governance.gray", GovernanceGrayProperties.class);
		return new LaneDecision(() -> rules, new LaneCarrier(bound), bound, null);
	}

	/** Keeps the key values of high cardinality of what has ended. */
	private final class Recorder implements ObservationHandler<ReceiverContext<?>> {

		@Override
		public boolean supportsContext(Observation.Context context) {
			return true;
		}

		@Override
		public void onStop(ReceiverContext<?> context) {
			Map<String, String> keys = new HashMap<>();
			for (KeyValue value : context.getHighCardinalityKeyValues()) {
				keys.put(value.getKey(), value.getValue());
			}
			LaneObservationsTests.this.seen.add(keys);
		}

	}

}
