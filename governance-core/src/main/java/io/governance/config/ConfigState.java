package io.governance.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntFunction;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A snapshot with the values of all views that were made of it: what one volatile write
 * swaps in. Immutable.
 */
final class ConfigState {

	private static final Logger logger = LoggerFactory.getLogger(ConfigState.class);

	static final ConfigState EMPTY = new ConfigState(ConfigSnapshot.EMPTY, List.of(), new Object[0]);

	private final ConfigSnapshot snapshot;

	private final List<Definition> definitions;

	private final Object[] values;

	private ConfigState(ConfigSnapshot snapshot, List<Definition> definitions, Object[] values) {
		this.snapshot = snapshot;
		this.definitions = definitions;
		this.values = values;
	}

	ConfigSnapshot snapshot() {
		return this.snapshot;
	}

	Object value(int slot) {
		return this.values[slot];
	}

	int views() {
		return this.values.length;
	}

	/**
	 * The same snapshot with one view more, which gets the last slot.
	 */
	ConfigState plus(Definition definition) {
		List<Definition> all = new ArrayList<>(this.definitions);
		all.add(definition);
		Object[] grown = Arrays.copyOf(this.values, this.values.length + 1);
		grown[this.values.length] = definition.read().apply(this.snapshot);
		return new ConfigState(this.snapshot, List.copyOf(all), grown);
	}

	/**
	 * The state after a change: the views that it touches are read anew, the others keep
	 * their value.
	 */
	ConfigState after(ConfigChange change) {
		Object[] next = this.values.clone();
		for (int i = 0; i < next.length; i++) {
			Definition definition = this.definitions.get(i);
			if (change.touchesCanonical(definition.prefix())) {
				next[i] = definition.read().apply(change.after());
			}
		}
		return new ConfigState(change.after(), this.definitions, next);
	}

	/**
	 * This state with the views that were added to another one meanwhile.
	 */
	ConfigState withViewsOf(ConfigState later) {
		return withViewsOf(later, (slot) -> later.definitions.get(slot).read().apply(this.snapshot));
	}

	/**
	 * The same, except that a view which cannot be read for this state, since it was made
	 * for the other one, keeps its value.
	 */
	ConfigState withViewsIfPossible(ConfigState later) {
		return withViewsOf(later, (slot) -> {
			Definition definition = later.definitions.get(slot);
			try {
				return definition.read().apply(this.snapshot);
			}
			catch (RuntimeException | LinkageError ex) {
				logger.error("The new view of '{}' cannot be read from the config before it ({}) and keeps its value",
						definition.prefix(), ex.getClass().getName());
				return later.values[slot];
			}
		});
	}

	private ConfigState withViewsOf(ConfigState later, IntFunction<Object> read) {
		Object[] grown = Arrays.copyOf(this.values, later.values.length);
		for (int i = this.values.length; i < grown.length; i++) {
			grown[i] = read.apply(i);
		}
		return new ConfigState(this.snapshot, later.definitions, grown);
	}

	/**
	 * How a view is made.
	 *
	 * @param prefix the canonical prefix that it depends on
	 * @param read makes the value of a snapshot
	 */
	record Definition(String prefix, Function<ConfigSnapshot, ?> read) {
	}

}
