package io.governance.loadbalancer;

/**
 * Told of each call to an instance, on the thread of the call. Quick, thread-safe, and
 * throws nothing.
 *
 * @see ServiceBalancerBuilder#calls(CallObserver)
 */
public interface CallObserver {

	/** Looks away. */
	CallObserver NONE = new CallObserver() {

		@Override
		public void began(Endpoint endpoint) {
		}

		@Override
		public void ended(Endpoint endpoint, long nanos, Outcome outcome) {
		}

	};

	/**
	 * A call to an instance begins.
	 * @param endpoint the instance
	 */
	void began(Endpoint endpoint);

	/**
	 * A call that began has ended.
	 * @param endpoint the instance
	 * @param nanos how long it took until the answer began, in nanoseconds
	 * @param outcome how it ended
	 */
	void ended(Endpoint endpoint, long nanos, Outcome outcome);

}
