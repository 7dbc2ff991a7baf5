package io.governance.testkit;

import java.util.Map;

import io.governance.loadbalancer.ConsistentHashLoadBalancer;
import io.governance.loadbalancer.LeastInFlightLoadBalancer;
import io.governance.loadbalancer.LoadBalancer;
import io.governance.loadbalancer.Picker;
import io.governance.loadbalancer.PickerInput;
import io.governance.loadbalancer.RandomLoadBalancer;
import io.governance.loadbalancer.RoundRobinLoadBalancer;
import io.governance.loadbalancer.TwoChoicesLoadBalancer;
import io.governance.loadbalancer.WeightedRandomLoadBalancer;
import io.governance.loadbalancer.WeightedRoundRobinLoadBalancer;
import org.junit.jupiter.api.Nested;

/** Each algorithm of ours holds the contract. */
class LoadBalancerTests {

	@Nested
	class RoundRobin extends LoadBalancerContract {

		@Override
		protected LoadBalancer loadBalancer() {
			return new RoundRobinLoadBalancer();
		}

	}

	@Nested
	class Random extends LoadBalancerContract {

		@Override
		protected LoadBalancer loadBalancer() {
			return new RandomLoadBalancer();
		}

	}

	@Nested
	class WeightedRandom extends LoadBalancerContract {

		@Override
		protected LoadBalancer loadBalancer() {
			return new WeightedRandomLoadBalancer();
		}

	}

	@Nested
	class WeightedRoundRobin extends LoadBalancerContract {

		@Override
		protected LoadBalancer loadBalancer() {
			return new WeightedRoundRobinLoadBalancer();
		}

	}

	@Nested
	class ConsistentHash extends LoadBalancerContract {

		@Override
		protected LoadBalancer loadBalancer() {
			return new ConsistentHashLoadBalancer();
		}

	}

	@Nested
	class ConsistentHashWithBoundedLoad extends LoadBalancerContract {

		@Override
		protected LoadBalancer loadBalancer() {
			return new LoadBalancer() {

				@Override
				public String name() {
					return "bounded";
				}

				@Override
				public Picker newPicker(PickerInput input) {
					return new ConsistentHashLoadBalancer()
						.newPicker(input.withSettings(Map.of(ConsistentHashLoadBalancer.BOUNDED_LOAD, "1.25")));
				}

			};
		}

	}

	@Nested
	class LeastInFlight extends LoadBalancerContract {

		@Override
		protected LoadBalancer loadBalancer() {
			return new LeastInFlightLoadBalancer();
		}

	}

	@Nested
	class TwoChoices extends LoadBalancerContract {

		@Override
		protected LoadBalancer loadBalancer() {
			return new TwoChoicesLoadBalancer();
		}

	}

}
