package io.governance.boot.loadbalancer;

import java.util.concurrent.atomic.AtomicBoolean;

import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.Outcome;

/**
 * A call to an instance that is under way, in the hands of whoever makes it: counts in
 * flight until the body of its answer is over. Thread-safe.
 */
public final class OpenCall {

	private final Endpoint endpoint;

	private final long started;

	private final AtomicBoolean ended = new AtomicBoolean();

	private volatile long answered;

	OpenCall(Endpoint endpoint, long started) {
		this.endpoint = endpoint;
		this.started = started;
	}

	/**
	 * The answer begins. The call has taken until now, whatever the length of its body.
	 */
	public void answered() {
		this.answered = System.nanoTime() - this.started;
	}

	/**
	 * The call has ended. Does nothing the second time.
	 * @param outcome how it ended
	 */
	public void end(Outcome outcome) {
		if (this.ended.compareAndSet(false, true)) {
			long answered = this.answered;
			this.endpoint.end((answered != 0) ? answered : System.nanoTime() - this.started, outcome);
		}
	}

}
