package io.governance.boot.call;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.governance.Subscription;
import io.governance.boot.discovery.FirstList;
import io.governance.boot.loadbalancer.CallLane;
import io.governance.boot.loadbalancer.ChosenInstance;
import io.governance.boot.loadbalancer.GovernanceLoadBalancerClient;
import io.governance.boot.loadbalancer.OpenCall;
import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.loadbalancer.Outcome;
import io.governance.loadbalancer.RoundRobinLoadBalancer;
import io.governance.registry.Discovery;
import io.governance.registry.Instance;
import io.governance.registry.InstancesListener;
import io.governance.registry.ServiceDirectory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.loadbalancer.DefaultRequest;
import org.springframework.cloud.client.loadbalancer.DefaultResponse;
import org.springframework.cloud.client.loadbalancer.RequestData;
import org.springframework.cloud.client.loadbalancer.RequestDataContext;
import org.springframework.cloud.client.loadbalancer.RetryableRequestContext;
import org.springframework.http.HttpMethod;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.util.LinkedMultiValueMap;

import static org.assertj.core.api.Assertions.assertThat;

/** What Spring Cloud's own retries and its gateway pass from try to try. */
@Timeout(30)
class GatewayCallFilterTests {

	private final ServiceDirectory directory = new ServiceDirectory(new ThreeInstances());

	private final ServiceBalancers balancers = new ServiceBalancers(this.directory,
			new FirstList(this.directory, java.time.Duration.ofSeconds(10)), (service) -> new RoundRobinLoadBalancer(),
			"");

	private final GovernanceLoadBalancerClient client = new GovernanceLoadBalancerClient(this.balancers,
			CallLane.STABLE);

	@AfterEach
	void close() {
		this.balancers.close();
		this.directory.close();
	}

	@Test
	void furtherTriesOfTheGatewayGoToInstancesNotTriedYet() {
		for (int request = 0; request < 20; request++) {
			Map<String, Object> attributes = new HashMap<>();
			Set<String> tried = new HashSet<>();
			for (int tries = 0; tries < 3; tries++) {
				// Others move the round robin meanwhile.
				this.client.choose("orders");
				ServiceInstance chosen = this.client.choose("orders",
						new DefaultRequest<>(new RequestDataContext(data(attributes))));
				tried.add(chosen.getInstanceId());
				attributes.put(ChosenInstance.GATEWAY_ATTRIBUTE, new DefaultResponse(chosen));
			}
			assertThat(tried).hasSize(3);
			assertThat(this.client.choose("orders", new DefaultRequest<>(new RequestDataContext(data(attributes)))))
				.isNotNull();
		}
	}

	@Test
	void retriesOfSpringCloudDoNotGoToTheInstanceBefore() {
		for (int request = 0; request < 20; request++) {
			ServiceInstance first = this.client.choose("orders");
			this.client.choose("orders");
			this.client.choose("orders");
			ServiceInstance next = this.client.choose("orders",
					new DefaultRequest<>(new RetryableRequestContext(first, data(new HashMap<>()))));
			assertThat(next.getInstanceId()).isNotEqualTo(first.getInstanceId());
		}
	}

	@Test
	void callerThatHasGoneEndsTheCallOnce() throws IOException {
		ChosenInstance chosen = (ChosenInstance) this.client.choose("orders");
		MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));
		// The choice is made when the route is subscribed to.
		Mono<Void> route = new GatewayCallFilter().filter(exchange, (passed) -> Mono.never());
		exchange.getAttributes().put(ChosenInstance.GATEWAY_ATTRIBUTE, new DefaultResponse(chosen));
		this.client.execute("orders", chosen, (begun) -> {
			assertThat(chosen.endpoint().stats().inFlight()).isOne();
			route.subscribe().dispose();
			assertThat(chosen.endpoint().stats().inFlight()).isZero();
			return begun;
		});
		assertThat(chosen.endpoint().stats().cancelled()).isEqualTo(chosen.endpoint().stats().ended()).isEqualTo(1);
	}

	@Test
	void callThatIsInOtherHandsIsNotEndedTwice() {
		ChosenInstance chosen = (ChosenInstance) this.client.choose("orders");
		MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));
		exchange.getAttributes().put(ChosenInstance.GATEWAY_ATTRIBUTE, new DefaultResponse(chosen));
		new GatewayCallFilter().filter(exchange, (passed) -> {
			OpenCall call = chosen.takeOver();
			call.end(Outcome.SUCCESS);
			return Mono.never();
		}).subscribe().dispose();
		assertThat(chosen.endpoint().stats().inFlight()).isZero();
		assertThat(chosen.endpoint().stats().ended()).isEqualTo(1);
	}

	@Test
	void routeThatIsGivenUpEndsItsOwnCallAndNotThatOfItsFallback() throws IOException {
		ChosenInstance chosen = (ChosenInstance) this.client.choose("orders");
		ChosenInstance fallback = (ChosenInstance) this.client.choose("orders");
		MockServerWebExchange exchange = MockServerWebExchange.from(MockServerHttpRequest.get("/"));
		exchange.getAttributes().put(ChosenInstance.GATEWAY_ATTRIBUTE, new DefaultResponse(chosen));
		this.client.execute("orders", chosen, (begun) -> this.client.execute("orders", fallback, (other) -> {
			Disposable route = new GatewayCallFilter().filter(exchange, (passed) -> Mono.never()).subscribe();
			exchange.getAttributes().put(ChosenInstance.GATEWAY_ATTRIBUTE, new DefaultResponse(fallback));
			route.dispose();
			assertThat(chosen.endpoint().stats().inFlight()).isZero();
			assertThat(fallback.endpoint().stats().inFlight()).isOne();
			return other;
		}));
	}

	private static RequestData data(Map<String, Object> attributes) {
		return new RequestData(HttpMethod.GET, java.net.URI.create("http://orders/"), null, new LinkedMultiValueMap<>(),
				attributes);
	}

	/** A service with three instances. */
	private static final class ThreeInstances implements Discovery {

		@Override
		public Set<String> services() {
			return Set.of("orders");
		}

		@Override
		public Subscription watch(String service, InstancesListener listener) {
			listener.onInstances(List.of(Instance.of(service, "127.0.0.1", 1).id("a").build(),
					Instance.of(service, "127.0.0.1", 2).id("b").build(),
					Instance.of(service, "127.0.0.1", 3).id("c").build()));
			return () -> {
			};
		}

		@Override
		public void close() {
		}

	}

}
