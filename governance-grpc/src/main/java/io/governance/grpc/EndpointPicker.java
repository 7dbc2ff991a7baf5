package io.governance.grpc;

import java.util.List;
import java.util.function.Predicate;

import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.PickSubchannelArgs;
import io.grpc.LoadBalancer.SubchannelPicker;
import io.grpc.Metadata;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

import io.governance.gray.LaneContext;
import io.governance.grpc.ServiceNameResolver.ResolvedService;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.PickRequest;
import io.governance.loadbalancer.ServiceBalancer;
import io.governance.registry.Instance;

/**
 * Sends each call to the instance that is picked for it, or while that has no connection
 * to another one that has. Immutable but for what connections tell of themselves; takes
 * no lock, and allocates nothing where the first choice has a connection.
 */
final class EndpointPicker extends SubchannelPicker {

	private static final List<Endpoint> NOBODY = CallRoute.NOBODY;

	private final String service;

	private final ServicePicks picks;

	private final ServiceBalancer balancer;

	private final ConnectionTable connections;

	private final Metadata.@Nullable Key<String> affinity;

	private final Predicate<Endpoint> unconnected = (endpoint) -> ready(endpoint) == null;

	private final Predicate<Endpoint> unreachable = this::isUnreachable;

	private final Predicate<Endpoint> begun = this::isBegun;

	/**
	 * Creates a picker.
	 * @param service the service
	 * @param connections the connections to its instances
	 */
	EndpointPicker(ResolvedService service, ConnectionTable connections) {
		this.service = service.name();
		this.picks = service.picks();
		this.balancer = this.picks.balancer();
		this.connections = connections;
		this.affinity = key(this.picks.affinityHeader());
	}

	/** A name that is fine over HTTP, such as X!Y, may be none of metadata. */
	private static Metadata.@Nullable Key<String> key(String header) {
		try {
			return header.isEmpty() ? null : Metadata.Key.of(header, Metadata.ASCII_STRING_MARSHALLER);
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	@Override
	public PickResult pickSubchannel(PickSubchannelArgs args) {
		String lane = Instance.STABLE;
		List<Endpoint> tried = NOBODY;
		CallRoute route = args.getCallOptions().getOption(CallKeys.ROUTE);
		if (route != CallRoute.ANY) {
			LaneContext lanes = route.lanes();
			lane = (lanes != LaneContext.STABLE) ? lanes.laneFor(this.service).name() : lane;
			tried = route.tried();
		}
		PickRequest request = (this.affinity != null) ? request(args.getHeaders(), this.affinity) : PickRequest.ANY;
		Endpoint first = (tried == NOBODY && this.picks.closed() == null) ? this.balancer.pick(lane, request)
				: this.picks.pick(lane, request, (tried != NOBODY) ? avoiding(tried) : null);
		if (first == null) {
			return (tried == NOBODY) ? nobody(lane) : secondRound(lane, request);
		}
		PickResult ready = this.connections.ready(first);
		return (ready != null) ? ready : another(lane, request, tried, this.connections.get(first));
	}

	private static PickRequest request(Metadata headers, Metadata.Key<String> affinity) {
		String key = headers.get(affinity);
		return (key != null && !key.isEmpty()) ? PickRequest.withKey(key) : PickRequest.ANY;
	}

	/** The first choice has no connection. */
	private PickResult another(String lane, PickRequest request, List<Endpoint> tried,
			@Nullable Connection unconnected) {
		if (unconnected != null && unconnected.failure() == null) {
			unconnected.make();
			if (request.affinity() != 0) {
				// Whoever belongs to an instance waits for it.
				return PickResult.withNoResult();
			}
		}
		// Only when nobody of the lane can be connected to do calls leave it.
		Predicate<Endpoint> again = avoiding(tried);
		PickResult within = reachable(lane, request, again.or((endpoint) -> !endpoint.instance().lane().equals(lane)));
		PickResult result = (within != null) ? within : reachable(lane, request, again);
		if (result != null) {
			return result;
		}
		return tried.isEmpty() ? unreachable() : secondRound(lane, request);
	}

	/**
	 * Somebody who is connected; else the call waits for somebody who may be soon, and
	 * has one more connected, as those who are waited for may hang; {@code null} if there
	 * is nobody.
	 */
	private @Nullable PickResult reachable(String lane, PickRequest request, Predicate<Endpoint> avoided) {
		PickResult connected = ready(this.picks.pick(lane, request, avoided.or(this.unconnected)));
		if (connected != null) {
			return connected;
		}
		Endpoint further = this.picks.pick(lane, request, avoided.or(this.begun));
		if (further == null) {
			return (this.picks.pick(lane, request, avoided.or(this.unreachable)) != null) ? PickResult.withNoResult()
					: null;
		}
		Connection soon = this.connections.get(further);
		if (soon != null) {
			soon.make();
		}
		return PickResult.withNoResult();
	}

	/** All were tried: anybody may be again. */
	private PickResult secondRound(String lane, PickRequest request) {
		return another(lane, request, List.of(), null);
	}

	private static Predicate<Endpoint> avoiding(List<Endpoint> tried) {
		return (endpoint) -> {
			for (int i = 0; i < tried.size(); i++) {
				if (tried.get(i).isSameInstance(endpoint)) {
					return true;
				}
			}
			return false;
		};
	}

	private @Nullable PickResult ready(@Nullable Endpoint endpoint) {
		Connection connection = (endpoint != null) ? this.connections.get(endpoint) : null;
		return (connection != null) ? connection.ready() : null;
	}

	private boolean isUnreachable(Endpoint endpoint) {
		Connection connection = this.connections.get(endpoint);
		return connection != null && connection.failure() != null;
	}

	private boolean isBegun(Endpoint endpoint) {
		Connection connection = this.connections.get(endpoint);
		return connection != null && (connection.failure() != null || connection.begun());
	}

	private PickResult nobody(String lane) {
		return PickResult.withError(Status.UNAVAILABLE.withDescription(this.picks.whyNone(lane)));
	}

	private PickResult unreachable() {
		Status last = null;
		int failed = 0;
		for (Connection connection : this.connections.all()) {
			Status failure = connection.failure();
			if (failure != null) {
				failed++;
				last = failure;
			}
		}
		Status status = Status.UNAVAILABLE.withDescription("No instance of service '" + this.service
				+ "' that the call may go to can be connected to; " + failed + " of " + this.connections.all().size()
				+ " known instances cannot" + ((last != null) ? ", the last one: " + last.getDescription() : ""));
		return PickResult.withError((last != null) ? status.withCause(last.getCause()) : status);
	}

}
