package io.governance.loadbalancer;

import io.governance.registry.Instance;
import org.jspecify.annotations.Nullable;

/**
 * An instance together with its long-lived statistics. Immutable apart from them, and
 * thread-safe; two endpoints are equal only if they are the same object.
 */
public final class Endpoint {

	private final Instance instance;

	private final InstanceStats stats;

	private final EndpointHealth health;

	private final CallObserver observer;

	private final int number;

	/**
	 * Creates an endpoint without a past, by the system's clock.
	 * @param instance the instance
	 */
	public Endpoint(Instance instance) {
		this(instance, new CallClock(System::nanoTime));
	}

	/**
	 * Creates an endpoint without a past, which nobody ejects.
	 * @param instance the instance
	 * @param clock the clock of the service, which its calls advance
	 */
	Endpoint(Instance instance, CallClock clock) {
		this(instance, clock, null, CallObserver.NONE, 0);
	}

	/**
	 * Creates an endpoint without a past.
	 * @param instance the instance
	 * @param clock the clock of the service, which its calls advance
	 * @param detector told of calls that fail
	 * @param observer told of all calls
	 * @param number tells the instances of a service apart
	 */
	Endpoint(Instance instance, CallClock clock, @Nullable OutlierDetector detector, CallObserver observer,
			int number) {
		this.instance = instance;
		this.stats = new InstanceStats(clock);
		this.health = new EndpointHealth(instance, this.stats, detector);
		this.observer = observer;
		this.number = number;
	}

	private Endpoint(Instance instance, Endpoint before) {
		this.instance = instance;
		this.stats = before.stats;
		this.health = before.health;
		this.observer = before.observer;
		this.number = before.number;
		this.health.describedAs(instance);
	}

	/**
	 * The endpoint of this instance as it is described now, with the statistics so far.
	 * @param instance the same instance, described anew
	 * @return this endpoint if nothing changed, else one that shares its statistics
	 */
	Endpoint describedAs(Instance instance) {
		return instance.equals(this.instance) ? this : new Endpoint(instance, this);
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
	 * Whether another endpoint stands for the same process: not if one was started under
	 * the id of the other, as far as addresses and metadata tell.
	 * @param other the other endpoint, of the same instance
	 * @return {@code true} unless it is known to be another process
	 */
	public boolean isSameProcess(Endpoint other) {
		return !SlowStart.isStartedAnew(other.instance, this.instance);
	}

	/**
	 * Whether another process answers under the id of the instance by now, as far as its
	 * address and metadata tell. Calls that are still under way to the one before say
	 * nothing of it.
	 * @return {@code true} if it is known to be another process
	 */
	public boolean isReplaced() {
		Instance now = this.health.instance();
		return now != this.instance && SlowStart.isStartedAnew(this.instance, now);
	}

	/**
	 * A number of the instance, which no other one that the same balancer knows has, and
	 * which lives as long as the statistics: a place in tables of what belongs to
	 * instances.
	 * @return the number; 0 for an endpoint that no balancer made
	 */
	public int number() {
		return this.number;
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
	 * What this process makes of the instance; lives as long as the statistics.
	 * @return the health
	 */
	public EndpointHealth health() {
		return this.health;
	}

	/**
	 * A call to the instance begins. Is followed by exactly one
	 * {@link #end(long, Outcome)}.
	 */
	public void begin() {
		this.stats.begin();
		this.observer.began(this);
	}

	/**
	 * A call that began has ended.
	 * @param nanos how long it took, in nanoseconds
	 * @param outcome how it ended
	 */
	public void end(long nanos, Outcome outcome) {
		Outcome counted = isReplaced() ? Outcome.CANCELLED : outcome;
		this.stats.end(nanos, counted);
		if (counted == Outcome.FAILURE) {
			this.health.failed();
		}
		this.observer.ended(this, nanos, outcome);
	}

	@Override
	public String toString() {
		return this.instance.id() + " (" + this.instance.host() + ":" + this.instance.port() + ", "
				+ this.instance.lane() + ")";
	}

}
