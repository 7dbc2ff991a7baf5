package io.governance.grpc;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;

import io.grpc.ConnectivityState;
import io.grpc.ConnectivityStateInfo;
import io.grpc.EquivalentAddressGroup;
import io.grpc.LoadBalancer.CreateSubchannelArgs;
import io.grpc.LoadBalancer.Helper;
import io.grpc.LoadBalancer.PickResult;
import io.grpc.LoadBalancer.Subchannel;
import io.grpc.Status;
import org.jspecify.annotations.Nullable;

import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.InstanceStats;

/**
 * The one connection to an instance, made when a call is first sent there. Changed in the
 * synchronization context of the channel; read by picks on any thread.
 */
final class Connection {

	/**
	 * grpc-java waits ever longer between attempts, up to two minutes. After so many, 10
	 * s, it begins anew.
	 */
	private static final int MAX_ATTEMPTS = 4;

	private final Helper helper;

	private final Runnable changed;

	private final EquivalentAddressGroup addresses;

	private final EndpointTracer.Starter calls;

	/** Of the instance, while it is known without a break. */
	private InstanceStats stats;

	private final AtomicBoolean asked = new AtomicBoolean();

	private Subchannel subchannel;

	private ConnectivityState state = ConnectivityState.IDLE;

	private int attempts;

	private volatile @Nullable PickResult ready;

	/** Why there is none; {@code null} while it is not known that there can be none. */
	private volatile @Nullable Status failure;

	private boolean closed;

	/**
	 * Creates a connection that is not made yet.
	 * @param addresses where the instance is
	 * @param endpoint the instance
	 * @param helper makes connections
	 * @param ticker a clock in nanoseconds, for durations only
	 * @param changed told of each change
	 */
	Connection(EquivalentAddressGroup addresses, Endpoint endpoint, Helper helper, LongSupplier ticker,
			Runnable changed) {
		this.addresses = addresses;
		this.helper = helper;
		this.changed = changed;
		this.calls = new EndpointTracer.Starter(endpoint, ticker);
		this.stats = endpoint.stats();
		this.subchannel = newSubchannel();
	}

	private Subchannel newSubchannel() {
		Subchannel created = this.helper
			.createSubchannel(CreateSubchannelArgs.newBuilder().setAddresses(List.of(this.addresses)).build());
		created.start((info) -> accept(created, info));
		return created;
	}

	private void accept(Subchannel from, ConnectivityStateInfo info) {
		if (this.closed || from != this.subchannel || info.getState() == ConnectivityState.SHUTDOWN) {
			return;
		}
		this.state = info.getState();
		this.ready = null;
		switch (info.getState()) {
			case READY -> {
				this.attempts = 0;
				this.failure = null;
				this.ready = PickResult.withSubchannel(from, this.calls);
			}
			case IDLE -> {
				this.failure = null;
				this.asked.set(false);
			}
			case TRANSIENT_FAILURE -> failed(info.getStatus());
			default -> {
				// Connecting; whoever failed last counts as failed until it is there.
			}
		}
		this.changed.run();
	}

	private void failed(Status status) {
		this.failure = status;
		if (++this.attempts >= MAX_ATTEMPTS) {
			this.attempts = 0;
			Subchannel old = this.subchannel;
			this.subchannel = newSubchannel();
			this.subchannel.requestConnection();
			old.shutdown();
		}
		this.helper.refreshNameResolution();
	}

	/** Whether this is the connection to an instance at these addresses. */
	boolean leadsTo(EquivalentAddressGroup addresses) {
		return this.addresses.getAddresses().equals(addresses.getAddresses());
	}

	InstanceStats stats() {
		return this.stats;
	}

	Endpoint endpoint() {
		return this.calls.endpoint();
	}

	void describedAs(Endpoint endpoint) {
		this.calls.describedAs(endpoint);
		this.stats = endpoint.stats();
	}

	ConnectivityState state() {
		return (this.failure != null) ? ConnectivityState.TRANSIENT_FAILURE : this.state;
	}

	/** What sends a call there now; {@code null} while there is no connection. */
	@Nullable PickResult ready() {
		return this.ready;
	}

	/** Why there is no connection; {@code null} while there may be one soon. */
	@Nullable Status failure() {
		return this.failure;
	}

	/** Whether somebody has it made. */
	boolean begun() {
		return this.asked.get();
	}

	/** Has it made, if nobody has yet. On any thread; takes no lock. */
	void make() {
		if (!this.asked.get() && this.asked.compareAndSet(false, true)) {
			this.helper.getSynchronizationContext().execute(() -> {
				if (!this.closed) {
					this.subchannel.requestConnection();
				}
			});
		}
	}

	/** Calls that are under way are finished. */
	void close() {
		this.closed = true;
		this.ready = null;
		this.subchannel.shutdown();
	}

}
