package io.governance.loadbalancer;

import io.governance.registry.Instance;

/**
 * An instance together with its long-lived statistics. Immutable apart from them, and
 * thread-safe; two endpoints are equal only if they are the same object.
 */
public final class Endpoint {

	private final Instance instance;

	private final InstanceStats stats;

	/**
	 * Creates an endpoint without a past, by the system's clock.
	 * @param instance the instance
	 */
	public Endpoint(Instance instance) {
		this(instance, new CallClock(System::nanoTime));
	}

	/**
	 * Creates an endpoint without a past.
	 * @param instance the instance
	 * @param clock the clock of the service, which its calls advance
	 */
	Endpoint(Instance instance, CallClock clock) {
		this(instance, new InstanceStats(clock));
	}

	private Endpoint(Instance instance, InstanceStats stats) {
		this.instance = instance;
		this.stats = stats;
	}

	/**
	 * The endpoint of this instance as it is described now, with the statistics so far.
	 * @param instance the same instance, described anew
	 * @return this endpoint if nothing changed, else one that shares its statistics
	 */
	Endpoint describedAs(Instance instance) {
		return instance.equals(this.instance) ? this : new Endpoint(instance, this.stats);
	}

	/**
	 * The instance.
	 * @return the instance
	 */
	public Instance instance() {
		return this.instance;
	}

	/**
	 * Whether another endpoint stands for the same instance, though it may be described
	 * differently: endpoints are replaced when a description changes.
	 * @param other the other endpoint
	 * @return {@code true} if both share their statistics
	 */
	public boolean isSameInstance(Endpoint other) {
		return this.stats == other.stats;
	}

	/**
	 * The statistics of the instance: as long as it stays known they survive every change
	 * of the list and of its own description.
	 * @return the statistics
	 */
	public InstanceStats stats() {
		return this.stats;
	}

	/**
	 * A call to the instance begins. Is followed by exactly one
	 * {@link #end(long, Outcome)}.
	 */
	public void begin() {
		this.stats.begin();
	}

	/**
	 * A call that began has ended.
	 * @param nanos how long it took, in nanoseconds
	 * @param outcome how it ended
	 */
	public void end(long nanos, Outcome outcome) {
		this.stats.end(nanos, outcome);
	}

	@Override
	public String toString() {
		return this.instance.id() + " (" + this.instance.host() + ":" + this.instance.port() + ", "
				+ this.instance.lane() + ")";
	}

}
