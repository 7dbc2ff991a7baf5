package io.governance.loadbalancer;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

import io.governance.loadbalancer.EndpointHealth.Passive;
import io.governance.loadbalancer.HealthEvent.Cause;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;

/**
 * Ejects the instances of a service that fail too often, for a while that grows with
 * every ejection. Instances are held against the others of their lane only, since another
 * lane may run another version. Follows the <a href=
 * "https://www.envoyproxy.io/docs/envoy/latest/intro/arch_overview/upstream/outlier">outlier
 * detection of Envoy</a>, but for the tolerance of small differences, and that an
 * instance that returns is on trial: if it fails before it has succeeded once, it is
 * ejected again.
 * <p>
 * Thread-safe. Calls that succeed do not come here; one that fails takes a lock only if
 * the instance's state may change, for no longer than it takes to count instances.
 */
final class OutlierDetector {

	private final String service;

	private final CallClock clock;

	private final HealthLog log;

	/** Asks for the groups to be computed anew. */
	private final Runnable changed;

	private volatile OutlierSettings settings;

	private volatile EndpointHealth[] members = new EndpointHealth[0];

	/** How often an instance became one to avoid, or ceased to be. */
	private volatile int revision;

	private long lastComparison;

	OutlierDetector(String service, CallClock clock, OutlierSettings settings, HealthLog log, Runnable changed) {
		this.service = service;
		this.clock = clock;
		this.settings = settings;
		this.log = log;
		this.changed = changed;
		this.lastComparison = clock.last();
	}

	/**
	 * A number that changes whenever an instance becomes one to avoid, or ceases to be:
	 * groups that were computed at another number are not up to date.
	 */
	int revision() {
		return this.revision;
	}

	/** The instances as they are now. */
	void members(List<Endpoint> endpoints) {
		this.members = endpoints.stream().map(Endpoint::health).toArray(EndpointHealth[]::new);
	}

	synchronized void settings(OutlierSettings settings) {
		this.settings = settings;
		for (EndpointHealth health : this.members) {
			if (!settings.enabled() && health.passive().state() != HealthState.HEALTHY) {
				change(health, Passive.INNOCENT, Cause.OTHER, "outliers are not ejected any more", Duration.ZERO);
			}
		}
	}

	/** A call failed; on the thread of the call. */
	void failed(EndpointHealth health) {
		OutlierSettings settings = this.settings;
		HealthState state = health.passive().state();
		if (!settings.enabled() || state == HealthState.EJECTED) {
			return;
		}
		int failures = health.stats().failuresInARow();
		boolean failedTrial = failedTrial(health);
		if (failures >= settings.consecutiveFailures() || failedTrial) {
			String reason = failedTrial ? "a call failed before one succeeded again" : failures + " failures in a row";
			if (!health.spared() && eject(health, failedTrial ? Cause.TRIAL : Cause.FAILURES, reason)) {
				this.changed.run();
			}
		}
		else if (failures >= settings.warnConsecutiveFailures() && state == HealthState.HEALTHY) {
			warn(health, Cause.FAILURES, failures + " failures in a row");
			this.changed.run();
		}
	}

	private static boolean failedTrial(EndpointHealth health) {
		Passive passive = health.passive();
		return passive.state() == HealthState.RETURNING && health.stats().succeeded() == passive.succeeded();
	}

	/** Another process answers under the id now, which has done nothing yet. */
	synchronized void replaced(EndpointHealth health) {
		health.callsSinceCompared();
		health.stats().forgetBehaviour();
		change(health, Passive.INNOCENT, Cause.OTHER, "it was started anew", Duration.ZERO);
	}

	/** What probes found. */
	void probed(EndpointHealth health, boolean answers, String reason) {
		synchronized (this) {
			if (health.unanswering() != answers || !isMember(health)) {
				return;
			}
			HealthState before = health.state();
			health.unanswering(!answers);
			changed(health, before, Cause.PROBE, reason, Duration.ZERO);
		}
		this.changed.run();
	}

	/**
	 * Ends what is over, and compares success rates when it is time to.
	 * @param now the time
	 */
	synchronized void maintain(long now) {
		for (EndpointHealth health : this.members) {
			health.spared(false);
			recover(health, now);
		}
		if (now - this.lastComparison >= this.settings.interval().toNanos()) {
			this.lastComparison = now;
			compare();
		}
	}

	private void recover(EndpointHealth health, long now) {
		Passive passive = health.passive();
		switch (passive.state()) {
			case EJECTED -> {
				if (now - passive.until() >= 0) {
					long nanos = this.settings.returnTime().toNanos();
					health.ramp((nanos > 0) ? new Ramp(now, nanos, true) : null);
					change(health, passive.returned(health.stats().succeeded()), Cause.OTHER, "its ejection is over",
							Duration.ZERO);
				}
			}
			case RETURNING -> {
				Ramp ramp = health.ramp();
				boolean proved = health.stats().succeeded() != passive.succeeded();
				if (proved && (ramp == null || ramp.isOver(now))) {
					change(health, passive.as(HealthState.HEALTHY), Cause.OTHER, "calls succeed again", Duration.ZERO);
				}
			}
			case WARNED -> {
				if (!health.poor() && health.stats().failuresInARow() < this.settings.warnConsecutiveFailures()) {
					change(health, passive.as(HealthState.HEALTHY), Cause.OTHER, "calls succeed again", Duration.ZERO);
				}
			}
			default -> {
			}
		}
	}

	private void compare() {
		SuccessRates rates = new SuccessRates(this.members, this.settings);
		for (EndpointHealth health : this.members) {
			SuccessRates.Verdict verdict = rates.of(health);
			Passive passive = health.passive();
			health.poor(verdict.warns() && this.settings.enabled());
			if (verdict.ejects() && this.settings.enabled()) {
				eject(health, Cause.SUCCESS_RATE, words(verdict));
			}
			else if (health.poor()) {
				warn(health, Cause.SUCCESS_RATE, words(verdict));
			}
			else if (verdict.good() && passive.ejections() > 0 && passive.state() == HealthState.HEALTHY) {
				health.passive(passive.forgiven());
			}
		}
	}

	private static String words(SuccessRates.Verdict verdict) {
		return String.format(Locale.ROOT, "%.1f %% of %d calls succeeded, of its lane's %.1f %%", verdict.rate() * 100,
				verdict.calls(), verdict.mean() * 100);
	}

	private synchronized void warn(EndpointHealth health, Cause cause, String reason) {
		if (health.passive().state() == HealthState.HEALTHY && isMember(health)) {
			change(health, health.passive().as(HealthState.WARNED), cause, reason, Duration.ZERO);
		}
	}

	private synchronized boolean eject(EndpointHealth health, Cause cause, String reason) {
		Passive passive = health.passive();
		if (passive.state() == HealthState.EJECTED || !isMember(health)) {
			return false;
		}
		if (!mayEject(health)) {
			health.spared(true);
			warn(health, cause, reason + ", but too many are ejected already");
			return false;
		}
		long nanos = ejectionNanos(passive.ejections());
		change(health, passive.ejected(this.clock.last() + nanos), cause, reason, Duration.ofNanos(nanos));
		return true;
	}

	private long ejectionNanos(int before) {
		long base = this.settings.baseTime().toNanos();
		long max = this.settings.maxTime().toNanos();
		return (before >= max / base) ? max : base * (before + 1);
	}

	/** Calls to an instance that is gone may still end. */
	private boolean isMember(EndpointHealth health) {
		for (EndpointHealth member : this.members) {
			if (member == health) {
				return true;
			}
		}
		return false;
	}

	/** Whether the lane can do without it, and the cap allows it. */
	private boolean mayEject(EndpointHealth health) {
		int count = 0;
		int ejected = 0;
		int usableOthers = 0;
		String lane = health.instance().lane();
		for (EndpointHealth other : this.members) {
			Instance instance = other.instance();
			if (instance.lane().equals(lane) && takesPart(instance)) {
				count++;
				ejected += (other.passive().state() == HealthState.EJECTED) ? 1 : 0;
				usableOthers += (other != health && !other.isAvoided() && instance.status().takesCalls()) ? 1 : 0;
			}
		}
		int allowed = (int) Math.max(1, (long) count * this.settings.maxEjectedPercent() / 100);
		return this.settings.maxEjectedPercent() > 0 && ejected < allowed && usableOthers > 0;
	}

	/** Whether an instance is there to be called, though it may not be well. */
	static boolean takesPart(Instance instance) {
		return instance.weight() > 0 && (instance.status().takesCalls() || instance.status() == InstanceStatus.DOWN);
	}

	private void change(EndpointHealth health, Passive passive, Cause cause, String reason, Duration ejectedFor) {
		HealthState before = health.state();
		health.passive(passive);
		changed(health, before, cause, reason, ejectedFor);
	}

	private void changed(EndpointHealth health, HealthState before, Cause cause, String reason, Duration ejectedFor) {
		HealthState after = health.state();
		if (before.isAvoided() != after.isAvoided()) {
			this.revision++;
		}
		if (before != after) {
			health.reason(reason);
			this.log.add(new HealthEvent(this.service, health.instance().id(), before, after, cause, reason,
					health.stats().failuresInARow(), health.ejections(), ejectedFor));
		}
	}

}
