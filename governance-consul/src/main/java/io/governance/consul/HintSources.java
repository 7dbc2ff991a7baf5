package io.governance.consul;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.governance.Subscription;

/**
 * Those who give hints to a detector, and which of them cannot at present. Guarded by the
 * detector.
 */
final class HintSources {

	/** What ends each of them. */
	private final Map<Object, Subscription> running = new HashMap<>();

	private final Map<Object, String> losses = new HashMap<>();

	void add(Map<?, Subscription> started) {
		this.running.putAll(started);
	}

	/** Forgets all; returns what ends them. */
	List<Subscription> clear() {
		List<Subscription> ended = List.copyOf(this.running.values());
		this.running.clear();
		this.losses.clear();
		return ended;
	}

	/** Returns whether that is one of them, and not one of before. */
	boolean lost(Object source, String reason) {
		boolean known = this.running.containsKey(source);
		if (known) {
			this.losses.put(source, reason);
		}
		return known;
	}

	/** Returns whether that was the last one that was missed. */
	boolean found(Object source) {
		String loss = this.losses.remove(source);
		return loss != null && this.losses.isEmpty();
	}

	boolean areLost() {
		return !this.losses.isEmpty();
	}

	/** Why one of them gives no hints, if that is so. */
	Optional<String> loss() {
		return this.losses.values().stream().findFirst();
	}

}
