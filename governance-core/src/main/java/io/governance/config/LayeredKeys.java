package io.governance.config;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/**
 * Lays keys over each other. A key in a higher layer replaces the same key, however it is
 * spelled, in all lower ones; a list is replaced whole, since elements of two lists make
 * no sense together. Not thread-safe.
 *
 * @param <T> what belongs to a key
 */
final class LayeredKeys<T> {

	private final Function<T, String> canonicalKey;

	private final Map<String, T> merged = new LinkedHashMap<>();

	private final Map<String, Set<String>> lists = new HashMap<>();

	LayeredKeys(Function<T, String> canonicalKey) {
		this.canonicalKey = canonicalKey;
	}

	/**
	 * Lays the parts of a document over each other.
	 * @param parts the parts, the lowest first
	 */
	static Map<String, ConfigValue> merge(List<Map<String, ConfigValue>> parts) {
		if (parts.size() == 1) {
			return parts.get(0);
		}
		LayeredKeys<Map.Entry<String, ConfigValue>> layers = new LayeredKeys<>(
				(entry) -> ConfigKeys.canonical(entry.getKey()));
		parts.forEach((part) -> layers.add(part.entrySet()));
		Map<String, ConfigValue> merged = new LinkedHashMap<>();
		layers.keys().values().forEach((entry) -> merged.put(entry.getKey(), entry.getValue()));
		return merged;
	}

	/**
	 * Adds a layer above all that were added before.
	 */
	void add(Collection<T> layer) {
		Set<String> ownLists = new HashSet<>();
		for (T entry : layer) {
			String key = this.canonicalKey.apply(entry);
			String list = ConfigKeys.list(key);
			if (ownLists.add(list)) {
				dropLower(list, !list.equals(key));
			}
		}
		for (T entry : layer) {
			String key = this.canonicalKey.apply(entry);
			String list = ConfigKeys.list(key);
			this.merged.put(key, entry);
			if (!list.equals(key)) {
				this.lists.computeIfAbsent(list, (name) -> new HashSet<>()).add(key);
			}
		}
	}

	private void dropLower(String list, boolean scalarToo) {
		Set<String> elements = this.lists.remove(list);
		if (elements != null) {
			elements.forEach(this.merged::remove);
		}
		if (scalarToo) {
			this.merged.remove(list);
		}
	}

	Map<String, T> keys() {
		return this.merged;
	}

}
