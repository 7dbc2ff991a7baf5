package io.governance.boot.discovery;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

import io.governance.registry.Instance;

/**
 * The metadata of an instance as Spring Cloud sees it: its own, and what Governance has
 * fields of its own for.
 */
public final class InstanceMetadata {

	private InstanceMetadata() {
	}

	/**
	 * The metadata with {@code zone}, {@code version}, {@code lane} and {@code weight}.
	 * Zone and version are left out if they are not known.
	 * @param instance the instance
	 * @return the entries, in the order of their keys, immutable
	 */
	public static Map<String, String> of(Instance instance) {
		Map<String, String> metadata = new TreeMap<>(instance.metadata());
		put(metadata, "zone", instance.zone());
		put(metadata, "version", instance.version());
		put(metadata, "lane", instance.lane());
		put(metadata, "weight", Integer.toString(instance.weight()));
		return Collections.unmodifiableMap(metadata);
	}

	/**
	 * The host as it is written in a URI.
	 * @param instance the instance
	 * @return the host, an IPv6 address in brackets
	 */
	public static String uriHost(Instance instance) {
		String host = instance.host();
		return (host.indexOf(':') >= 0 && host.charAt(0) != '[') ? "[" + host + "]" : host;
	}

	private static void put(Map<String, String> metadata, String key, String value) {
		if (!value.isEmpty()) {
			metadata.put(key, value);
		}
	}

}
