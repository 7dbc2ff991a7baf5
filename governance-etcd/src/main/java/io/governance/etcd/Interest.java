package io.governance.etcd;

import java.util.Collection;
import java.util.Set;

/**
 * Which keys somebody wants to know of: these, or all of a range.
 *
 * @param keys the keys; empty if it is the range
 * @param range where they lie
 */
record Interest(Set<String> keys, KeyRange range) {

	boolean includesAny(Collection<String> changed) {
		return changed.stream()
			.anyMatch((key) -> this.keys.isEmpty() ? this.range.contains(key) : this.keys.contains(key));
	}

}
