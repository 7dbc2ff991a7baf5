package io.governance.boot.actuate;

import java.util.EnumMap;
import java.util.IdentityHashMap;
import java.util.Map;

import io.governance.loadbalancer.InstanceStats;
import io.governance.loadbalancer.Outcome;

/**
 * The calls to all instances of a service and a lane that have no meters of their own.
 * Never falls when one of them leaves. Thread-safe.
 */
final class OtherCalls {

	private final Map<InstanceStats, InstanceCalls> members = new IdentityHashMap<>();

	private final Map<Outcome, Long> left = new EnumMap<>(Outcome.class);

	synchronized void add(InstanceCalls calls) {
		this.members.put(calls.stats(), calls);
	}

	synchronized void remove(InstanceCalls calls) {
		if (this.members.remove(calls.stats(), calls)) {
			for (Outcome outcome : Outcome.values()) {
				this.left.merge(outcome, calls.ended(outcome), Long::sum);
			}
		}
	}

	synchronized double ended(Outcome outcome) {
		long sum = this.left.getOrDefault(outcome, 0L);
		for (InstanceCalls member : this.members.values()) {
			sum += member.ended(outcome);
		}
		return sum;
	}

	synchronized int inFlight() {
		int sum = 0;
		for (InstanceStats stats : this.members.keySet()) {
			sum += stats.inFlight();
		}
		return sum;
	}

}
