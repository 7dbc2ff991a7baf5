package io.governance.gray;

/**
 * Routes requests to a stable or a gray backend of any kind: a client, a data source, an
 * implementation. Strategy and backends can be replaced at any time; each request sees
 * them as they were together. Thread-safe; routing takes no lock.
 *
 * @param <B> the type of the backends
 */
public final class TrafficRouter<B> {

	private volatile State<B> state;

	/**
	 * Creates a router.
	 * @param strategy which requests go to the gray backend; one for which it throws goes
	 * to the stable one
	 * @param stable the backend of all others
	 * @param gray the gray backend
	 */
	public TrafficRouter(GrayStrategy strategy, B stable, B gray) {
		this.state = new State<>(guarded(strategy), stable, gray);
	}

	/**
	 * The backend for a request.
	 * @param context what is known of the request
	 * @return the backend
	 */
	public B route(GrayContext context) {
		State<B> state = this.state;
		return state.strategy.matches(context) ? state.gray : state.stable;
	}

	/**
	 * Replaces the strategy.
	 * @param strategy which requests go to the gray backend from now on
	 */
	public synchronized void update(GrayStrategy strategy) {
		this.state = new State<>(guarded(strategy), this.state.stable, this.state.gray);
	}

	/**
	 * Replaces both backends at once.
	 * @param stable the new stable backend
	 * @param gray the new gray backend
	 */
	public synchronized void update(B stable, B gray) {
		this.state = new State<>(this.state.strategy, stable, gray);
	}

	private static GrayStrategy guarded(GrayStrategy strategy) {
		return new GuardedStrategy("The strategy of a traffic router", strategy);
	}

	private record State<B>(GrayStrategy strategy, B stable, B gray) {
	}

}
