package io.governance.config;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * Which keys refer to which with <code>${...}</code>, followed in time in proportion to
 * their number, however long the chains are. Not thread-safe; to be followed once.
 */
final class References {

	private final Map<String, List<Reference>> byName = new HashMap<>();

	/**
	 * Adds a key.
	 * @param canonical the canonical key
	 * @param key the key as written
	 * @param names the names that its value refers to
	 */
	void add(String canonical, String key, Set<String> names) {
		Reference reference = new Reference(canonical, key);
		for (String name : names) {
			this.byName.computeIfAbsent(name, (absent) -> new ArrayList<>()).add(reference);
		}
	}

	/**
	 * Finds all keys that refer to some, through any number of steps.
	 * @param canonical the canonical keys to begin with; none if there are none
	 * @param found told of each key, perhaps more than once; tells whether it is new
	 */
	void follow(Collection<String> canonical, Predicate<Reference> found) {
		if (canonical.isEmpty()) {
			return;
		}
		Deque<String> next = new ArrayDeque<>(canonical);
		follow(this.byName.remove(ParsedDocument.ANY), found, next);
		Set<String> names = new HashSet<>();
		for (String key = next.poll(); key != null; key = next.poll()) {
			names.clear();
			ConfigKeys.addNames(key, names);
			if (names.contains(ParsedDocument.ANY)) {
				names.addAll(this.byName.keySet());
			}
			for (String name : names) {
				follow(this.byName.remove(name), found, next);
			}
		}
	}

	private static void follow(@Nullable List<Reference> references, Predicate<Reference> found, Deque<String> next) {
		if (references != null) {
			for (Reference reference : references) {
				if (found.test(reference)) {
					next.add(reference.canonical());
				}
			}
		}
	}

	/**
	 * A key that refers to others.
	 *
	 * @param canonical the canonical key
	 * @param key the key as written
	 */
	record Reference(String canonical, String key) {
	}

}
