package io.governance.grpc;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

import io.grpc.ConnectivityState;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

import io.governance.gray.Lane;
import io.governance.grpc.ServiceNameResolver.ResolvedService;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.PickRequest;

/**
 * Keeps one connection for each instance that calls are sent to, and follows the list
 * without breaking off what is under way. Confined to the synchronization context of its
 * channel.
 */
final class GovernanceLoadBalancer extends LoadBalancer {

	private final Helper helper;

	private final LongSupplier ticker;

	/** By the id of the instance. */
	private Map<String, Connection> connections = new HashMap<>();

	private @Nullable ResolvedService service;

	/** Somebody wants a connection, who came before the list. */
	private boolean wanted;

	GovernanceLoadBalancer(Helper helper, LongSupplier ticker) {
		this.helper = helper;
		this.ticker = ticker;
	}

	/** No instance is something that picks tell in their own words. */
	@Override
	public boolean canHandleEmptyAddressListFromNameResolution() {
		return true;
	}

	@Override
	public Status acceptResolvedAddresses(ResolvedAddresses resolved) {
		ResolvedService service = resolved.getAttributes().get(ServiceNameResolver.SERVICE);
		if (service == null) {
			Status status = Status.UNAVAILABLE.withDescription("The load-balancing policy '"
					+ GovernanceLoadBalancerProvider.POLICY + "' needs a target such as governance:///users");
			handleNameResolutionError(status);
			return status;
		}
		this.service = service;
		Map<String, Endpoint> endpoints = new HashMap<>();
		service.picks().balancer().endpoints().forEach((endpoint) -> endpoints.put(endpoint.instance().id(), endpoint));
		Map<String, Connection> before = this.connections;
		this.connections = new HashMap<>();
		for (EquivalentAddressGroup addresses : resolved.getAddresses()) {
			String id = addresses.getAttributes().get(ServiceNameResolver.INSTANCE);
			Endpoint endpoint = endpoints.get(id);
			if (id != null && endpoint != null) {
				this.connections.put(id, connection(before.get(id), addresses, endpoint));
			}
		}
		before.forEach((id, connection) -> {
			if (this.connections.get(id) != connection) {
				connection.close();
			}
		});
		update();
		if (this.wanted) {
			requestConnection();
		}
		return Status.OK;
	}

	private Connection connection(@Nullable Connection before, EquivalentAddressGroup addresses, Endpoint endpoint) {
		if (before != null && before.leadsTo(addresses)) {
			before.describedAs(endpoint);
			return before;
		}
		return new Connection(addresses, endpoint, this.helper, this.ticker, this::update);
	}

	private void update() {
		ResolvedService service = this.service;
		if (service != null) {
			this.helper.updateBalancingState(state(),
					new EndpointPicker(service, new ConnectionTable(this.connections.values())));
		}
	}

	private ConnectivityState state() {
		ConnectivityState best = ConnectivityState.TRANSIENT_FAILURE;
		for (Connection connection : this.connections.values()) {
			ConnectivityState state = connection.state();
			if (state == ConnectivityState.READY) {
				return state;
			}
			if (state == ConnectivityState.CONNECTING || best == ConnectivityState.TRANSIENT_FAILURE) {
				best = state;
			}
		}
		return best;
	}

	/** What is known stays, if anything is. */
	@Override
	public void handleNameResolutionError(Status error) {
		if (this.service == null) {
			this.helper.updateBalancingState(ConnectivityState.TRANSIENT_FAILURE,
					new FixedResultPicker(PickResult.withError(error)));
		}
	}

	/** Somebody wants a connection without making a call. */
	@Override
	public void requestConnection() {
		ResolvedService service = this.service;
		Endpoint endpoint = (service != null) ? service.picks().pick(Lane.STABLE.name(), PickRequest.ANY, null) : null;
		Connection connection = (endpoint != null) ? this.connections.get(endpoint.instance().id()) : null;
		this.wanted = connection == null;
		if (connection != null) {
			connection.make();
		}
	}

	@Override
	public void shutdown() {
		this.connections.values().forEach(Connection::close);
		this.connections.clear();
		this.service = null;
	}

}
