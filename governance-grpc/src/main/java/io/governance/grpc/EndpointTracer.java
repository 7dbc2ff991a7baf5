package io.governance.grpc;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.LongSupplier;

import io.grpc.ClientStreamTracer;
import io.grpc.Metadata;
import io.grpc.Status;

import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.Outcome;

/**
 * One try of a call, in the statistics of the instance that it went to: in flight until
 * the stream is closed, its latency ends where the answer begins.
 */
final class EndpointTracer extends ClientStreamTracer {

	private static final AtomicIntegerFieldUpdater<EndpointTracer> OVER = AtomicIntegerFieldUpdater
		.newUpdater(EndpointTracer.class, "over");

	private final Endpoint endpoint;

	private final LongSupplier ticker;

	private final long started;

	private volatile long answered;

	private volatile int over;

	private EndpointTracer(Endpoint endpoint, LongSupplier ticker) {
		this.endpoint = endpoint;
		this.ticker = ticker;
		this.started = ticker.getAsLong();
		endpoint.begin();
	}

	@Override
	public void inboundHeaders() {
		answers();
	}

	@Override
	public void inboundMessage(int seqNo) {
		answers();
	}

	private void answers() {
		if (this.answered == 0) {
			this.answered = Math.max(1, this.ticker.getAsLong() - this.started);
		}
	}

	@Override
	public void streamClosed(Status status) {
		over(CallOutcome.of(status));
	}

	/** The try is over. Does nothing the second time. */
	void over(Outcome outcome) {
		if (OVER.compareAndSet(this, 0, 1)) {
			answers();
			this.endpoint.end(this.answered, outcome);
		}
	}

	Endpoint endpoint() {
		return this.endpoint;
	}

	/**
	 * Begins the tries that go to one instance. Thread-safe.
	 */
	static final class Starter extends ClientStreamTracer.Factory {

		private final LongSupplier ticker;

		private volatile Endpoint endpoint;

		Starter(Endpoint endpoint, LongSupplier ticker) {
			this.endpoint = endpoint;
			this.ticker = ticker;
		}

		Endpoint endpoint() {
			return this.endpoint;
		}

		/** The instance is described anew. */
		void describedAs(Endpoint endpoint) {
			this.endpoint = endpoint;
		}

		@Override
		public ClientStreamTracer newClientStreamTracer(StreamInfo info, Metadata headers) {
			EndpointTracer tracer = new EndpointTracer(this.endpoint, this.ticker);
			if (!info.getCallOptions().getOption(CallKeys.ROUTE).sentTo(tracer)) {
				tracer.over(Outcome.CANCELLED);
			}
			return tracer;
		}

	}

}
