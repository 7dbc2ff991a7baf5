package io.governance.loadbalancer;

import java.time.Duration;

import io.governance.registry.Instance;
import org.jspecify.annotations.Nullable;

/**
 * What this process makes of an instance: whether it is ejected, and whether it still
 * gets its full share of the calls little by little. Lives as long as the instance's
 * statistics. Thread-safe; reading takes no lock.
 */
public final class EndpointHealth {

	private final InstanceStats stats;

	private final @Nullable OutlierDetector detector;

	/** Differs between instances, for chances. */
	private final long salt;

	private volatile Instance instance;

	/** In one word what most picks need to know. */
	private volatile boolean avoided;

	private volatile @Nullable Ramp ramp;

	private volatile Passive passive = Passive.INNOCENT;

	private volatile String reason = "";

	private volatile boolean unanswering;

	/** The cap did not let it be ejected; asked again with the next maintenance. */
	private volatile boolean spared;

	/**
	 * Its success rate was too low in the last interval, though not by enough to eject.
	 */
	private volatile boolean poor;

	/** What the statistics were when success rates were last compared. */
	private long comparedSucceeded;

	private long comparedFailed;

	EndpointHealth(Instance instance, InstanceStats stats, @Nullable OutlierDetector detector) {
		this.instance = instance;
		this.stats = stats;
		this.detector = detector;
		this.salt = StableHash.of(instance.id());
	}

	/**
	 * The state that counts.
	 * @return the state
	 */
	public HealthState state() {
		return this.unanswering ? HealthState.UNHEALTHY : this.passive.state();
	}

	/**
	 * Why the instance is in its state.
	 * @return the reason of the last change, in words; empty if there was none
	 */
	public String reason() {
		return this.reason;
	}

	void reason(String reason) {
		this.reason = reason;
	}

	/**
	 * How often the instance was ejected lately: the next ejection lasts longer by that
	 * factor. Falls again with good behaviour.
	 * @return the number, 0 or more
	 */
	public int ejections() {
		return this.passive.ejections();
	}

	/**
	 * How long it stays ejected, as of the last call or maintenance of its service.
	 * @return the time; zero if it is not ejected
	 */
	public Duration ejectedFor() {
		return ejectedFor(this.stats.now());
	}

	/** How long it stays ejected. */
	Duration ejectedFor(long now) {
		Passive passive = this.passive;
		return (passive.state() != HealthState.EJECTED) ? Duration.ZERO
				: Duration.ofNanos(Math.max(0, passive.until() - now));
	}

	boolean isAvoided() {
		return this.avoided;
	}

	/** A call failed. */
	void failed() {
		if (this.detector != null) {
			this.detector.failed(this);
		}
	}

	InstanceStats stats() {
		return this.stats;
	}

	Instance instance() {
		return this.instance;
	}

	void describedAs(Instance instance) {
		this.instance = instance;
	}

	long salt() {
		return this.salt;
	}

	@Nullable Ramp ramp() {
		return this.ramp;
	}

	void ramp(@Nullable Ramp ramp) {
		this.ramp = ramp;
	}

	/** Other times to the full share count also for who is on the way there. */
	void rampAsIn(LoadBalancerSettings settings) {
		Ramp ramp = this.ramp;
		if (ramp != null) {
			OutlierSettings outliers = settings.outliers();
			Duration trial = outliers.enabled() ? outliers.returnTime() : Duration.ZERO;
			this.ramp = ramp.within(ramp.returned() ? trial : settings.slowStart());
		}
	}

	Passive passive() {
		return this.passive;
	}

	void passive(Passive passive) {
		this.passive = passive;
		this.avoided = state().isAvoided();
	}

	boolean unanswering() {
		return this.unanswering;
	}

	void unanswering(boolean unanswering) {
		this.unanswering = unanswering;
		this.avoided = state().isAvoided();
	}

	boolean spared() {
		return this.spared;
	}

	void spared(boolean spared) {
		this.spared = spared;
	}

	boolean poor() {
		return this.poor;
	}

	void poor(boolean poor) {
		this.poor = poor;
	}

	/** The calls since this was last asked; to be asked under the detector's lock. */
	Calls callsSinceCompared() {
		long succeeded = this.stats.succeeded();
		long failed = this.stats.failed();
		Calls calls = new Calls(succeeded - this.comparedSucceeded, failed - this.comparedFailed);
		this.comparedSucceeded = succeeded;
		this.comparedFailed = failed;
		return calls;
	}

	@Override
	public String toString() {
		return state().toString();
	}

	/**
	 * What the calls to an instance led to.
	 *
	 * @param state the state; never {@link HealthState#UNHEALTHY}
	 * @param ejections how often it was ejected lately
	 * @param until when the ejection ends
	 * @param succeeded the successes when it returned
	 */
	record Passive(HealthState state, int ejections, long until, long succeeded) {

		static final Passive INNOCENT = new Passive(HealthState.HEALTHY, 0, 0, 0);

		Passive as(HealthState state) {
			return new Passive(state, this.ejections, this.until, this.succeeded);
		}

		Passive ejected(long until) {
			return new Passive(HealthState.EJECTED, this.ejections + 1, until, 0);
		}

		Passive returned(long succeeded) {
			return new Passive(HealthState.RETURNING, this.ejections, 0, succeeded);
		}

		Passive forgiven() {
			return new Passive(this.state, this.ejections - 1, this.until, this.succeeded);
		}

	}

	/** Calls that ended within some time. */
	record Calls(long succeeded, long failed) {

		long total() {
			return this.succeeded + this.failed;
		}

		double rate() {
			return this.succeeded / (double) total();
		}

	}

}
