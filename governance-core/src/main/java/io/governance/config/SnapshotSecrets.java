package io.governance.config;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What is to be shown nowhere of a snapshot. Immutable.
 */
final class SnapshotSecrets {

	private static final int MIN_RECOGNIZED = 4;

	private final List<String> values;

	private final Set<String> keys = new HashSet<>();

	SnapshotSecrets(Map<String, ConfigValue> snapshot) {
		this.values = snapshot.values()
			.stream()
			.filter(ConfigValue::secret)
			.map((value) -> value.value().toString())
			.toList();
		if (!this.values.isEmpty()) {
			snapshot.forEach((key, value) -> {
				if (value.secret()) {
					ConfigKeys.addNames(ConfigKeys.canonical(key), this.keys);
				}
			});
			for (int known = 0; known < this.keys.size();) {
				known = this.keys.size();
				snapshot.forEach(this::addIfReferring);
			}
		}
	}

	private void addIfReferring(String key, ConfigValue value) {
		for (String name : ParsedDocument.placeholders(value.value())) {
			if (name.equals(ParsedDocument.ANY) || this.keys.contains(name) || this.keys.contains(ParsedDocument.ANY)) {
				ConfigKeys.addNames(ConfigKeys.canonical(key), this.keys);
			}
		}
	}

	boolean isEmpty() {
		return this.values.isEmpty();
	}

	boolean contains(String key) {
		if (this.keys.isEmpty()) {
			return false;
		}
		String canonical = ConfigKeys.canonical(key);
		return this.keys.contains(canonical) || this.keys.contains(ConfigKeys.plain(canonical));
	}

	boolean areIn(String text) {
		for (String value : this.values) {
			if ((value.length() >= MIN_RECOGNIZED) ? text.contains(value) : text.equals(value)) {
				return true;
			}
		}
		return false;
	}

}
