package io.governance.config;

import java.util.Collections;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import io.governance.Printable;
import org.jspecify.annotations.Nullable;

/**
 * What differs between two snapshots. Immutable; its {@link #toString()} shows keys,
 * never values.
 */
public final class ConfigChange {

	private static final int MAX_SHOWN = 50;

	private final ConfigSnapshot before;

	private final ConfigSnapshot after;

	private final Set<String> keys;

	private final NavigableSet<String> touched;

	private ConfigChange(ConfigSnapshot before, ConfigSnapshot after, Set<String> keys, NavigableSet<String> touched) {
		this.before = before;
		this.after = after;
		this.keys = keys;
		this.touched = touched;
	}

	/**
	 * Compares two snapshots. A key whose value refers to a changed key with
	 * <code>${...}</code> counts as changed.
	 * @param before the older snapshot
	 * @param after the newer snapshot
	 * @param localPlaceholders for each canonical key outside of the snapshots, the
	 * canonical names that it refers to
	 * @return the change
	 */
	static ConfigChange between(ConfigSnapshot before, ConfigSnapshot after,
			Map<String, Set<String>> localPlaceholders) {
		Set<String> keys = new TreeSet<>();
		NavigableSet<String> touched = new TreeSet<>();
		KeyMap<ParsedDocument.Entry> old = before.entries();
		KeyMap<ParsedDocument.Entry> now = after.entries();
		now.forEachSuspect(old, (canonical) -> {
			ParsedDocument.Entry previous = old.get(canonical);
			ParsedDocument.Entry entry = now.get(canonical);
			if (entry != previous && (entry == null || previous == null || !sameValue(previous, entry))) {
				keys.add(Objects.requireNonNull((entry != null) ? entry : previous).key());
				touched.add(canonical);
			}
		});
		if (!touched.isEmpty()) {
			addDependents(touched, keys, after, localPlaceholders);
		}
		return new ConfigChange(before, after, Collections.unmodifiableSet(keys), touched);
	}

	private static boolean sameValue(ParsedDocument.Entry one, ParsedDocument.Entry other) {
		return one.key().equals(other.key()) && one.value().value().equals(other.value().value());
	}

	private static void addDependents(NavigableSet<String> touched, Set<String> keys, ConfigSnapshot after,
			Map<String, Set<String>> localPlaceholders) {
		References references = new References();
		after.referring().forEach((entry) -> references.add(entry.canonical(), entry.key(), entry.placeholders()));
		localPlaceholders.forEach((canonical, names) -> references.add(canonical, canonical, names));
		references.follow(touched, (reference) -> {
			boolean added = touched.add(reference.canonical());
			if (added) {
				keys.add(reference.key());
			}
			return added;
		});
	}

	/**
	 * The state before the change.
	 * @return the older snapshot
	 */
	public ConfigSnapshot before() {
		return this.before;
	}

	/**
	 * The state after the change.
	 * @return the newer snapshot
	 */
	public ConfigSnapshot after() {
		return this.after;
	}

	/**
	 * The keys that were added, removed or got another value.
	 * @return the keys as they are written, in alphabetical order
	 */
	public Set<String> keys() {
		return this.keys;
	}

	/**
	 * Whether nothing differs.
	 * @return {@code true} if no key has changed
	 */
	public boolean isEmpty() {
		return this.touched.isEmpty();
	}

	/**
	 * Whether a key at or below a prefix has changed, however it is spelled.
	 * @param prefix the prefix, such as {@code database}; empty for any key
	 * @return {@code true} if the change is of interest to whoever depends on that prefix
	 */
	public boolean touches(String prefix) {
		return touchesCanonical(ConfigKeys.canonical(prefix));
	}

	boolean touchesCanonical(String prefix) {
		if (prefix.isEmpty()) {
			return !this.touched.isEmpty();
		}
		return this.touched.contains(prefix) || startsWith(prefix + ".") || startsWith(prefix + "[");
	}

	private boolean startsWith(String start) {
		String next = this.touched.ceiling(start);
		return next != null && next.startsWith(start);
	}

	/**
	 * The change that undoes this one.
	 * @return the same keys, with before and after exchanged
	 */
	public ConfigChange reversed() {
		return new ConfigChange(this.after, this.before, this.keys, this.touched);
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof ConfigChange that && this.before == that.before && this.after == that.after;
	}

	@Override
	public int hashCode() {
		return Objects.hash(System.identityHashCode(this.before), System.identityHashCode(this.after));
	}

	/**
	 * The keys, for logs.
	 */
	@Override
	public String toString() {
		String shown = this.keys.stream()
			.limit(MAX_SHOWN)
			.map(Printable::of)
			.collect(Collectors.joining(", ", "[", ""));
		return (this.keys.size() <= MAX_SHOWN) ? shown + "]"
				: shown + " and " + (this.keys.size() - MAX_SHOWN) + " more]";
	}

}
