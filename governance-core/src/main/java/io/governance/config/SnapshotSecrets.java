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
			Set<String> secret = new HashSet<>();
			References references = new References();
			snapshot.forEach((key, value) -> {
				String canonical = ConfigKeys.canonical(key);
				if (value.secret()) {
					secret.add(canonical);
				}
				references.add(canonical, key, ParsedDocument.placeholders(value.value()));
			});
			secret.forEach((canonical) -> ConfigKeys.addNames(canonical, this.keys));
			references.follow(List.copyOf(secret), (reference) -> {
				ConfigKeys.addNames(reference.canonical(), this.keys);
				return secret.add(reference.canonical());
			});
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
