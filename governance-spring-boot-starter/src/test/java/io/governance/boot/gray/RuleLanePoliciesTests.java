package io.governance.boot.gray;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;

import io.governance.Subscription;
import io.governance.boot.discovery.FirstList;
import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.gray.GrayRules;
import io.governance.gray.GrayRulesParser;
import io.governance.loadbalancer.LaneFallback;
import io.governance.loadbalancer.LanePolicy;
import io.governance.loadbalancer.RoundRobinLoadBalancer;
import io.governance.registry.Discovery;
import io.governance.registry.Instance;
import io.governance.registry.InstancesListener;
import io.governance.registry.ServiceDirectory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class RuleLanePoliciesTests {

	private static final Instant END = Instant.parse("2026-06-01T00:00:00Z");

	private final AtomicReference<Instant> now = new AtomicReference<>(END.minusSeconds(1));

	private final GrayRules rules = new GrayRulesParser(List.of(), this.now::get).parse("gray.yaml", """
			rules:
			  - name: r1
			    service: orders
			    lane: gray
			    match: {users: [ann]}
			    priority: 10
			    otherwise: refuse
			    expires: 2026-06-01T00:00:00Z
			  - {name: r2, service: orders, lane: gray, match: {percentage: 10}}
			""");

	private final RuleLanePolicies policies = new RuleLanePolicies();

	@Test
	void ruleThatHasEndedRefusesNobodyAlthoughRulesStay() {
		this.policies.onRules(this.rules);
		try (ServiceDirectory directory = new ServiceDirectory(new StableInstance());
				ServiceBalancers balancers = new ServiceBalancers(directory,
						new FirstList(directory, Duration.ofSeconds(20)), (service) -> new RoundRobinLoadBalancer(),
						"")) {
			this.policies.followedBy(balancers::lanes);
			assertThat(balancers.pickOrWait("orders", "gray")).isNull();
			this.now.set(END);
			await().untilAsserted(() -> assertThat(balancers.pick("orders", "gray")).isNotNull());
		}
	}

	@Test
	void policyIsComputedAnewOnlyWhenARuleHasEnded() {
		AtomicReference<Function<String, LanePolicy>> followed = new AtomicReference<>();
		this.policies.followedBy(followed::set);
		this.policies.onRules(this.rules);
		LanePolicy before = followed.get().apply("orders");
		assertThat(before.fallbackOf("gray")).isEqualTo(LaneFallback.REFUSE);
		assertThat(followed.get().apply("orders")).isSameAs(before);
		this.now.set(END);
		LanePolicy after = followed.get().apply("orders");
		assertThat(after.fallbackOf("gray")).isEqualTo(LaneFallback.STABLE);
		assertThat(followed.get().apply("orders")).isSameAs(after);
	}

	private static final class StableInstance implements Discovery {

		@Override
		public Set<String> services() {
			return Set.of("orders");
		}

		@Override
		public Subscription watch(String service, InstancesListener listener) {
			listener.onInstances(List.of(Instance.of(service, "127.0.0.1", 8081).build()));
			return () -> {
			};
		}

		@Override
		public void close() {
		}

	}

}
