package io.governance.loadbalancer;

import java.util.HashMap;
import java.util.Map;

import io.governance.registry.Instance;

/**
 * Where the calls of each lane of a service go when no instance of the lane takes calls.
 * Immutable.
 * <p>
 * Undeclared lanes fall back to the stable instances. The stable lane itself refuses
 * unless declared otherwise: what runs in another lane was kept from ordinary users on
 * purpose, and an outage of the stable instances must not hand all of them over to it.
 * {@link LaneFallback#STABLE} for the stable lane means the same as
 * {@link LaneFallback#REFUSE}.
 *
 * @param fallbacks the declared fallback by name of the lane
 */
public record LanePolicy(Map<String, LaneFallback> fallbacks) {

	/** Nothing declared. */
	public static final LanePolicy DEFAULT = new LanePolicy(Map.of());

	/**
	 * Creates a policy.
	 */
	public LanePolicy {
		fallbacks = Map.copyOf(fallbacks);
	}

	/**
	 * This policy with the fallback of one lane declared.
	 * @param lane the name of the lane
	 * @param fallback its fallback
	 * @return the new policy
	 */
	public LanePolicy with(String lane, LaneFallback fallback) {
		Map<String, LaneFallback> fallbacks = new HashMap<>(this.fallbacks);
		fallbacks.put(lane, fallback);
		return new LanePolicy(fallbacks);
	}

	/**
	 * The fallback of a lane, declared or not.
	 * @param lane the name of the lane
	 * @return its fallback; never {@link LaneFallback#STABLE} for the stable lane
	 */
	public LaneFallback fallbackOf(String lane) {
		LaneFallback fallback = this.fallbacks.getOrDefault(lane, LaneFallback.STABLE);
		return (lane.equals(Instance.STABLE) && fallback == LaneFallback.STABLE) ? LaneFallback.REFUSE : fallback;
	}

}
