package io.governance.boot.loadbalancer;

import java.util.function.Consumer;
import java.util.function.Function;

import io.governance.loadbalancer.LanePolicy;

/**
 * What happens to calls of lanes without instances, service by service.
 */
@FunctionalInterface
public interface LanePolicies {

	/**
	 * Sets who is told the policies: those that hold now at once, and then those that
	 * hold after each change.
	 * @param follower takes the policy of each service, by the service's name; quick. The
	 * policies are asked for again every second, since they may change with time
	 */
	void followedBy(Consumer<Function<String, LanePolicy>> follower);

}
