package io.governance.registry;

import java.util.ArrayList;
import java.util.List;

/**
 * In what an instance that is there differs from the one that should be.
 */
final class InstanceDifference {

	private InstanceDifference() {
	}

	/** What differs, in words without the values of metadata; empty if nothing does. */
	static String between(Instance there, Instance wanted) {
		List<String> parts = new ArrayList<>();
		boolean complains = there.status() == InstanceStatus.WARNING && wanted.status() == InstanceStatus.UP;
		if (!complains) {
			add(parts, "status", there.status(), wanted.status());
		}
		add(parts, "address", there.host() + ":" + there.port(), wanted.host() + ":" + wanted.port());
		add(parts, "secure", there.secure(), wanted.secure());
		add(parts, "zone", there.zone(), wanted.zone());
		add(parts, "version", there.version(), wanted.version());
		add(parts, "lane", there.lane(), wanted.lane());
		add(parts, "weight", there.weight(), wanted.weight());
		if (!there.metadata().equals(wanted.metadata())) {
			parts.add("metadata");
		}
		return String.join(", ", parts);
	}

	private static void add(List<String> parts, String what, Object there, Object wanted) {
		if (!there.equals(wanted)) {
			parts.add(what + " " + there + " -> " + wanted);
		}
	}

}
