package io.governance.grpc;

import org.jspecify.annotations.Nullable;

import io.governance.loadbalancer.Outcome;

/**
 * The stream of a try, which ends with it: grpc-java forgets one that is cancelled while
 * it is made. Thread-safe.
 */
final class TryStream {

	private @Nullable EndpointTracer stream;

	private boolean over;

	/**
	 * The stream is being made.
	 * @return {@code false} if the try has ended meanwhile
	 */
	synchronized boolean begins(EndpointTracer stream) {
		if (this.over) {
			return false;
		}
		this.stream = stream;
		return true;
	}

	/** The try has ended. */
	void over(Outcome outcome) {
		EndpointTracer stream;
		synchronized (this) {
			this.over = true;
			stream = this.stream;
		}
		if (stream != null) {
			stream.over(outcome);
		}
	}

	synchronized boolean isOver() {
		return this.over;
	}

}
