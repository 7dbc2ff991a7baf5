package io.governance.grpc;

import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.PickRequest;
import io.governance.loadbalancer.ServiceBalancer;

/**
 * Picks instances of one service, the endpoints of one balancer. Thread-safe; picks take
 * no lock and allocate nothing.
 */
public interface ServicePicks {

	/**
	 * The balancer of the service.
	 * @return always the same
	 */
	ServiceBalancer balancer();

	/**
	 * Which instances take no calls now although the balancer may pick them, such as
	 * those whose circuit breakers are open. Asked at every pick.
	 * @return those that take none; {@code null} if all take calls
	 */
	default @Nullable Predicate<Endpoint> closed() {
		return null;
	}

	/**
	 * Picks an instance.
	 * @param lane the name of the lane
	 * @param request what is known of the call
	 * @param avoid who must not be picked; {@code null} for nobody
	 * @return the instance, or {@code null} if all must be avoided or there is none
	 */
	default @Nullable Endpoint pick(String lane, PickRequest request, @Nullable Predicate<Endpoint> avoid) {
		Predicate<Endpoint> closed = closed();
		if (closed == null) {
			return (avoid != null) ? balancer().pick(lane, request, avoid) : balancer().pick(lane, request);
		}
		return balancer().pick(lane, request, (avoid != null) ? closed.or(avoid) : closed);
	}

	/**
	 * Tells why there is nobody to pick, and what to check. Not for hot paths.
	 * @param lane the name of the lane
	 * @return a sentence without secrets
	 */
	String whyNone(String lane);

	/**
	 * The header whose value tells which calls belong together, where the algorithm wants
	 * to know.
	 * @return its name; empty if there is none
	 */
	default String affinityHeader() {
		return "";
	}

}
