package io.governance.boot.gray;

import java.util.HashMap;
import java.util.Map;
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
		this.follower.accept((service) -> policy(rules, service));
	}

	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

	private static LanePolicy policy(GrayRules rules, String service) {
		Map<String, LaneFallback> fallbacks = new HashMap<>();
		rules.otherwise(service).forEach((lane, otherwise) -> fallbacks.put(lane.name(), switch (otherwise) {
			case STABLE -> LaneFallback.STABLE;
			case ANY -> LaneFallback.ANY;
			case REFUSE -> LaneFallback.REFUSE;
		}));
		return new LanePolicy(fallbacks);
	}

}
