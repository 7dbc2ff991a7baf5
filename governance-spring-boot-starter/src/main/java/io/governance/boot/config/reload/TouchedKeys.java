package io.governance.boot.config.reload;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.governance.config.ConfigChange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/**
 * Tells of keys that have changed although nothing can follow them.
 */
final class TouchedKeys {

	private static final Logger logger = LoggerFactory.getLogger(TouchedKeys.class);

	private TouchedKeys() {
	}

	/**
	 * Warns of all keys below a prefix that have changed and need a restart.
	 * @param name what would have to follow
	 * @param prefix the prefix in canonical form
	 * @param live the keys below the prefix that need none
	 */
	static void warnOfOthers(ConfigChange change, String name, String prefix, String... live) {
		warn(name, others(change, prefix, live), "");
	}

	/** All keys below a prefix that have changed, but for those that need no restart. */
	static List<ConfigurationPropertyName> others(ConfigChange change, String prefix, String... live) {
		List<ConfigurationPropertyName> followed = Arrays.stream(live)
			.map((key) -> ConfigurationPropertyName.of(prefix + "." + key))
			.toList();
		ConfigurationPropertyName parent = ConfigurationPropertyName.of(prefix);
		return change.keys()
			.stream()
			.map((key) -> ConfigurationPropertyName.adapt(key, '.'))
			.filter((key) -> parent.isAncestorOf(key) && !followed.contains(key))
			.toList();
	}

	/** All keys of a list that have changed. */
	static List<ConfigurationPropertyName> of(ConfigChange change, Collection<String> keys) {
		return keys.stream().filter(change::touches).map(ConfigurationPropertyName::of).toList();
	}

	/**
	 * Warns of keys that need a restart.
	 * @param name what would have to follow
	 * @param keys the keys; if there are none, nothing is said
	 * @param more what else there is to say
	 */
	static void warn(String name, Collection<ConfigurationPropertyName> keys, String more) {
		if (!keys.isEmpty()) {
			Set<String> sorted = new TreeSet<>();
			keys.forEach((key) -> sorted.add(key.toString()));
			logger.warn("{} can follow {} only with a restart of the application{}", name, sorted, more);
		}
	}

}
