package io.governance.config;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Collects the flat keys of one text and refuses what no format may have: a key twice,
 * too many keys, text that grows out of bounds when it is flattened. Not thread-safe.
 */
final class FlatKeys {

	/**
	 * How much larger than the largest document its flat keys and values may be: far
	 * above what is written by hand, where each key repeats the names above it.
	 */
	private static final long GROWTH = 16;

	private final DocumentLimits limits;

	private Map<String, ConfigValue> keys = new LinkedHashMap<>();

	private int visited;

	private long size;

	FlatKeys(DocumentLimits limits) {
		this.limits = limits;
	}

	/**
	 * The path of an entry of a mapping.
	 */
	static String child(String path, String name) {
		if (path.isEmpty()) {
			return name;
		}
		return name.startsWith("[") ? path + name : path + "." + name;
	}

	/**
	 * Counts a node of a tree, whether or not it becomes a key of its own.
	 * @param depth how deep it is nested, counted from 1
	 */
	void visit(String path, int depth, ConfigOrigin origin) {
		if (depth > this.limits.maxDepth()) {
			throw new InvalidConfigException(origin, null,
					"is nested deeper than the " + this.limits.maxDepth() + " levels that are allowed", null);
		}
		if (++this.visited > this.limits.maxKeys()) {
			throw new InvalidConfigException(origin, null,
					"is more than the " + this.limits.maxKeys() + " keys that are allowed", null);
		}
		grow(path.length(), origin);
	}

	void put(String path, Object value, ConfigOrigin origin) {
		grow((value instanceof String text) ? text.length() : 0, origin);
		ConfigValue earlier = this.keys.putIfAbsent(path, new ConfigValue(value, origin));
		if (earlier != null) {
			throw new InvalidConfigException(origin, path, "stands twice, first in line " + earlier.origin().line(),
					null);
		}
	}

	private void grow(int length, ConfigOrigin origin) {
		this.size += length;
		if (this.size > GROWTH * this.limits.maxBytes()) {
			throw new InvalidConfigException(origin, null,
					"makes the document too large once its keys are written out: it repeats too much", null);
		}
	}

	/**
	 * Hands out the keys that were collected since this was called last.
	 */
	Map<String, ConfigValue> take() {
		Map<String, ConfigValue> taken = this.keys;
		this.keys = new LinkedHashMap<>();
		return taken;
	}

}
