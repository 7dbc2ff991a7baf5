package io.governance.loadbalancer;

import java.time.Duration;
import java.time.InstantSource;
import java.util.List;

import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import org.jspecify.annotations.Nullable;

/**
 * Decides which instances ramp, and since when. Immutable.
 * <p>
 * New instances, and those that were down, ramp only while they are the smaller part of a
 * group: in a fleet that was started together or is replaced quickly, the few others
 * could not take what the new ones leave to them.
 */
final class SlowStart {

	/** The metadata that tells when an instance began to take calls, in ms since 1970. */
	static final String STARTED = "started";

	private final InstantSource clock;

	SlowStart(InstantSource clock) {
		this.clock = clock;
	}

	/**
	 * The ramp of an instance that was not known before.
	 * @param instance the instance
	 * @param first whether it is in the first list of its service: it may have been there
	 * for long
	 * @param window how long new instances ramp
	 * @param now the time by the clock of the service
	 * @return the ramp, or {@code null} if there is none
	 */
	@Nullable Ramp ofNew(Instance instance, boolean first, Duration window, long now) {
		long nanos = window.toNanos();
		if (nanos == 0) {
			return null;
		}
		long started = started(instance);
		if (started < 0) {
			return first ? null : new Ramp(now, nanos, false);
		}
		// Clocks differ: nobody began later than now.
		long age = Math.max(0, this.clock.millis() - started);
		return (age < window.toMillis()) ? new Ramp(now - Duration.ofMillis(age).toNanos(), nanos, false) : null;
	}

	/**
	 * The ramp of an instance that is described anew.
	 * @param before the instance so far
	 * @param after the same as described now
	 * @param ramp its ramp so far
	 * @param window how long new instances ramp
	 * @param now the time by the clock of the service
	 * @return the ramp, or {@code null} if there is none
	 */
	@Nullable Ramp ofChanged(Instance before, Instance after, @Nullable Ramp ramp, Duration window, long now) {
		if (isStartedAnew(before, after)) {
			return ofNew(after, false, window, now);
		}
		boolean recovered = before.status() == InstanceStatus.DOWN && after.status().takesCalls();
		return (recovered && !window.isZero()) ? new Ramp(now, window.toNanos(), false) : ramp;
	}

	/** Whether another process answers under the id, or at least somewhere else. */
	static boolean isStartedAnew(Instance before, Instance after) {
		long started = started(after);
		return (started >= 0 && started(before) >= 0 && started != started(before)) || before.port() != after.port()
				|| !before.host().equals(after.host());
	}

	private static long started(Instance instance) {
		String started = instance.metadata().get(STARTED);
		try {
			return (started != null) ? Long.parseLong(started) : -1;
		}
		catch (NumberFormatException ex) {
			return -1;
		}
	}

	/**
	 * The instances of a group that do not ramp.
	 * @param endpoints the group
	 * @param newcomers whether those that are new ramp
	 * @param now the time by the clock of the service
	 */
	static List<Endpoint> settled(List<Endpoint> endpoints, boolean newcomers, long now) {
		return endpoints.stream().filter((endpoint) -> {
			Ramp ramp = endpoint.health().ramp();
			return ramp == null || ramp.isOver(now) || !(newcomers || ramp.returned());
		}).toList();
	}

	/**
	 * The instances of a group that get less than their share for now: nobody where all
	 * would.
	 * @param endpoints the group
	 * @param now the time by the clock of the service
	 */
	static List<Endpoint> ramping(List<Endpoint> endpoints, long now) {
		List<Endpoint> settled = settled(endpoints, newcomersRamp(endpoints, now), now);
		return settled.isEmpty() ? List.of()
				: endpoints.stream().filter((endpoint) -> !settled.contains(endpoint)).toList();
	}

	/**
	 * Whether new instances of a group ramp.
	 * @param endpoints the group
	 * @param now the time by the clock of the service
	 */
	static boolean newcomersRamp(List<Endpoint> endpoints, long now) {
		long newcomers = endpoints.stream().filter((endpoint) -> {
			Ramp ramp = endpoint.health().ramp();
			return ramp != null && !ramp.isOver(now) && !ramp.returned();
		}).count();
		return newcomers > 0 && 2 * newcomers < endpoints.size();
	}

}
