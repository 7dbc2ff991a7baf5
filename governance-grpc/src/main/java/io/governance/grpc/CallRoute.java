package io.governance.grpc;

import java.util.List;

import io.governance.gray.LaneContext;
import io.governance.loadbalancer.Endpoint;

/**
 * What a call tells the load balancer, through its options: a pick may happen on any
 * thread. Thread-safe.
 */
interface CallRoute {

	/** Nobody was tried. */
	List<Endpoint> NOBODY = List.of();

	/** Of a call of which nothing is known. */
	CallRoute ANY = (stream) -> true;

	/** The lanes of the call. */
	default LaneContext lanes() {
		return LaneContext.STABLE;
	}

	/**
	 * The instances that this try must not go to, as long as there are others;
	 * {@link #NOBODY} if there are none.
	 */
	default List<Endpoint> tried() {
		return NOBODY;
	}

	/**
	 * This try goes to an instance.
	 * @return whether it is wanted; {@code false} if it has ended meanwhile
	 */
	boolean sentTo(EndpointTracer stream);

	/** The same for a call of these lanes. */
	default CallRoute in(LaneContext lanes) {
		CallRoute route = this;
		return new CallRoute() {

			@Override
			public LaneContext lanes() {
				return lanes;
			}

			@Override
			public List<Endpoint> tried() {
				return route.tried();
			}

			@Override
			public boolean sentTo(EndpointTracer stream) {
				return route.sentTo(stream);
			}

		};
	}

}
