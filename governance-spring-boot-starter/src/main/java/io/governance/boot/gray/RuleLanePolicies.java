package io.governance.boot.gray;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.Function;

import org.springframework.core.PriorityOrdered;

import io.governance.boot.loadbalancer.LanePolicies;
import io.governance.gray.GrayRules;
import io.governance.loadbalancer.LaneFallback;
import io.governance.loadbalancer.LanePolicy;

/**
 * What happens to calls of lanes without instances, by the rules in force. Comes before
 * other listeners, so that a call which knows of new rules is made by them. Thread-safe.
 */
final class RuleLanePolicies implements GrayRulesListener, LanePolicies, PriorityOrdered {

	private GrayRules rules = GrayRules.NONE;

	private Consumer<Function<String, LanePolicy>> follower = (policies) -> {
	};

	@Override
	public synchronized void followedBy(Consumer<Function<String, LanePolicy>> follower) {
		this.follower = follower;
		onRules(this.rules);
	}

	@Override
	public synchronized void onRules(GrayRules rules) {
		this.rules = rules;
		this.follower.accept(new Policies(rules));
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

	/**
	 * The policy of each service by the rules of one moment: computed when it is asked
	 * for first, and anew when a rule has ended since.
	 */
	private static final class Policies implements Function<String, LanePolicy> {

		private final GrayRules rules;

		private final ConcurrentMap<String, Computed> computed = new ConcurrentHashMap<>();

		Policies(GrayRules rules) {
			this.rules = rules;
		}

		@Override
		public LanePolicy apply(String service) {
			int ended = this.rules.ended();
			Computed known = this.computed.get(service);
			if (known == null || known.ended() != ended) {
				known = new Computed(ended, compute(service));
				this.computed.put(service, known);
			}
			return known.policy();
		}

		private LanePolicy compute(String service) {
			Map<String, LaneFallback> fallbacks = new HashMap<>();
			this.rules.otherwise(service).forEach((lane, otherwise) -> fallbacks.put(lane.name(), switch (otherwise) {
				case STABLE -> LaneFallback.STABLE;
				case ANY -> LaneFallback.ANY;
				case REFUSE -> LaneFallback.REFUSE;
			}));
			return new LanePolicy(fallbacks);
		}

	}

	/**
	 * A policy.
	 *
	 * @param ended how many rules had ended before it was computed
	 * @param policy the policy
	 */
	private record Computed(int ended, LanePolicy policy) {
	}

}
