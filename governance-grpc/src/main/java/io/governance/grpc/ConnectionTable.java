package io.governance.grpc;

import java.util.Collection;
import java.util.IntSummaryStatistics;
import java.util.List;

import io.grpc.LoadBalancer.PickResult;
import org.jspecify.annotations.Nullable;

import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.InstanceStats;

/**
 * The connections to instances, found by what all descriptions of an instance have in
 * common. Immutable; on the path of every pick.
 */
final class ConnectionTable {

	/** Numbers that lie further apart are not worth a place each. */
	private static final int MAX_RANGE = 1 << 16;

	private final List<Connection> connections;

	private final @Nullable Connection[] values;

	private final int mask;

	/** What there was to send a call with, by the number of the instance. */
	private final @Nullable PickResult[] ready;

	/** The number that the first place is for. */
	private final int first;

	ConnectionTable(Collection<Connection> connections) {
		this.connections = List.copyOf(connections);
		int size = Integer.highestOneBit(Math.max(1, connections.size())) * 4;
		this.values = new Connection[size];
		this.mask = size - 1;
		connections.forEach(this::put);
		IntSummaryStatistics numbers = connections.stream()
			.mapToInt((connection) -> connection.endpoint().number())
			.summaryStatistics();
		this.first = numbers.getMin();
		long distinct = connections.stream().map((connection) -> connection.endpoint().number()).distinct().count();
		int range = (numbers.getCount() > 0) ? numbers.getMax() - numbers.getMin() + 1 : 0;
		// Numbers of endpoints that no balancer made tell nothing.
		this.ready = new PickResult[(distinct == connections.size() && range <= MAX_RANGE) ? range : 0];
		if (this.ready.length > 0) {
			connections
				.forEach((connection) -> this.ready[connection.endpoint().number() - this.first] = connection.ready());
		}
	}

	private void put(Connection connection) {
		Endpoint endpoint = connection.endpoint();
		int place = endpoint.number() & this.mask;
		while (this.values[place] != null) {
			place = (place + 1) & this.mask;
		}
		this.values[place] = connection;
	}

	/**
	 * What sends a call to an instance; {@code null} if there is nothing. Reads as little
	 * as can be.
	 */
	@Nullable PickResult ready(Endpoint endpoint) {
		int place = endpoint.number() - this.first;
		if (place >= 0 && place < this.ready.length) {
			PickResult ready = this.ready[place];
			if (ready != null) {
				return ready;
			}
		}
		Connection connection = get(endpoint);
		return (connection != null) ? connection.ready() : null;
	}

	/** The connection to an instance; {@code null} if none is known yet. */
	@Nullable Connection get(Endpoint endpoint) {
		InstanceStats stats = endpoint.stats();
		int place = endpoint.number() & this.mask;
		while (true) {
			Connection connection = this.values[place];
			if (connection == null || connection.stats() == stats) {
				return connection;
			}
			place = (place + 1) & this.mask;
		}
	}

	/** All connections. */
	List<Connection> all() {
		return this.connections;
	}

}
