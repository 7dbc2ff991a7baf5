package io.governance.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntFunction;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A snapshot with the values of all views that were made of it, and the same for lanes
 * that have variants: what one volatile write swaps in. Immutable.
 */
final class ConfigState {

	private static final Logger logger = LoggerFactory.getLogger(ConfigState.class);

	static final ConfigState EMPTY = new ConfigState(ConfigSnapshot.EMPTY, List.of(), new Object[0], null);

	/** Stands in the place of the value of a view that is closed, which keeps it. */
	static final Object CLOSED = new Object();

	private final ConfigSnapshot snapshot;

	private final List<Definition> definitions;

	private final Object[] values;

	/** {@code null} instead of empty, so that one comparison tells. */
	private final @Nullable Map<String, Lane> lanes;

	private ConfigState(ConfigSnapshot snapshot, List<Definition> definitions, Object[] values,
			@Nullable Map<String, Lane> lanes) {
		this.snapshot = snapshot;
		this.definitions = definitions;
		this.values = values;
		this.lanes = (lanes == null || lanes.isEmpty()) ? null : Map.copyOf(lanes);
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

	boolean hasLanes() {
		return this.lanes != null;
	}

	/**
	 * The lanes that have a state of their own.
	 */
	Set<String> lanes() {
		return (this.lanes != null) ? this.lanes.keySet() : Set.of();
	}

	/**
	 * The state for requests of a lane. Allocates nothing.
	 * @param lane the lane, or {@code null} for none
	 * @return the lane's own state, or this one if it has none
	 */
	ConfigState ofLane(@Nullable String lane) {
		Map<String, Lane> lanes = this.lanes;
		Lane found = (lanes != null && lane != null) ? lanes.get(lane) : null;
		return (found != null) ? found.state() : this;
	}

	/**
	 * The same snapshot with one view more, which gets the last slot. A lane for which it
	 * cannot be read is left out: its requests get all from this state rather than one
	 * part from there and one from here.
	 */
	ConfigState plus(Definition definition, Reader reader) {
		Object value = reader.read(definition, this.snapshot);
		Map<String, Lane> grown = new HashMap<>();
		forEachLane((name, lane) -> {
			try {
				grown.put(name, lane.with(lane.state().plus(definition, lane.read(definition, value, reader))));
			}
			catch (RuntimeException ex) {
				logger.error(
						"Requests in lane '{}' get the config of the instance, since its variant cannot be used: {}",
						name, FailureTrace.describe(ex));
				logger.debug("The variant of lane '{}' cannot be used", name, FailureTrace.of(ex));
			}
		});
		return plus(definition, value).with(grown);
	}

	private ConfigState plus(Definition definition, Object value) {
		List<Definition> all = new ArrayList<>(this.definitions);
		all.add(definition);
		Object[] grown = Arrays.copyOf(this.values, this.values.length + 1);
		grown[this.values.length] = value;
		return new ConfigState(this.snapshot, List.copyOf(all), grown, null);
	}

	private ConfigState with(Map<String, Lane> lanes) {
		return new ConfigState(this.snapshot, this.definitions, this.values, lanes);
	}

	private void forEachLane(LaneAction action) {
		if (this.lanes != null) {
			this.lanes.forEach(action::on);
		}
	}

	/**
	 * The state after an update: the views that it touches are read anew, the others keep
	 * their value. A lane has the values of the process but for those views that its
	 * variants touch.
	 */
	ConfigState after(ConfigUpdate update, Reader reader) {
		ConfigState next = new ConfigState(update.change().after(), this.definitions,
				values((slot) -> this.values[slot], (slot) -> touches(update.change(), slot), update.change().after(),
						reader),
				null);
		Map<String, Lane> lanes = new HashMap<>();
		update.lanes().forEach((name, lane) -> {
			ConfigState before = ofLane(name);
			Object[] values = values((slot) -> touches(lane.apart(), slot) ? before.values[slot] : next.values[slot],
					(slot) -> touches(lane.apart(), slot) && (before == this || touches(lane.since(), slot)),
					lane.snapshot(), reader);
			lanes.put(name, new Lane(new ConfigState(lane.snapshot(), this.definitions, values, null), lane.apart()));
		});
		return next.with(lanes);
	}

	private boolean touches(ConfigChange change, int slot) {
		return change.touchesCanonical(this.definitions.get(slot).prefix());
	}

	private Object[] values(IntFunction<Object> known, IntFunction<Boolean> fresh, ConfigSnapshot snapshot,
			Reader reader) {
		Object[] values = new Object[this.definitions.size()];
		for (int slot = 0; slot < values.length; slot++) {
			Object value = known.apply(slot);
			values[slot] = fresh.apply(slot) ? this.definitions.get(slot).value(snapshot, value, reader) : value;
		}
		return values;
	}

	/**
	 * This state with the views that were added to another one meanwhile.
	 */
	ConfigState withViewsOf(ConfigState later, Reader reader) {
		ConfigState grown = grown(later,
				(slot) -> later.definitions.get(slot).value(this.snapshot, later.values[slot], reader));
		Map<String, Lane> lanes = new HashMap<>();
		forEachLane((name, lane) -> lanes.put(name, lane.with(lane.state()
			.grown(later, (slot) -> lane.read(later.definitions.get(slot), grown.values[slot], reader)))));
		return grown.with(lanes);
	}

	/**
	 * The same, except that a view which cannot be read for this state, since it was made
	 * for the other one, keeps its value.
	 */
	ConfigState withViewsIfPossible(ConfigState later, Reader reader) {
		return withViewsOf(later, (definition, snapshot) -> {
			try {
				return reader.read(definition, snapshot);
			}
			catch (RuntimeException | LinkageError ex) {
				logger.error("The new view of '{}' cannot be read from the config before it ({}) and keeps its value",
						definition.prefix(), ex.getClass().getName());
				return later.values[later.definitions.indexOf(definition)];
			}
		});
	}

	/**
	 * This state without the values of the views that are closed: nobody else needs them.
	 */
	ConfigState withoutClosed() {
		BitSet closed = new BitSet();
		for (int slot = 0; slot < this.values.length; slot++) {
			closed.set(slot, this.values[slot] != CLOSED && this.definitions.get(slot).isClosed());
		}
		if (closed.isEmpty()) {
			return this;
		}
		Map<String, Lane> lanes = new HashMap<>();
		forEachLane((name, lane) -> lanes.put(name, lane.with(lane.state().without(closed))));
		return without(closed).with(lanes);
	}

	/**
	 * The values of one view alone, in the first slot.
	 */
	ConfigState only(int slot) {
		Map<String, Lane> lanes = new HashMap<>();
		forEachLane((name, lane) -> lanes.put(name, lane.with(lane.state().only(slot))));
		return new ConfigState(ConfigSnapshot.EMPTY, List.of(), new Object[] { this.values[slot] }, lanes);
	}

	private ConfigState without(BitSet closed) {
		Object[] left = this.values.clone();
		closed.stream().forEach((slot) -> left[slot] = CLOSED);
		return new ConfigState(this.snapshot, this.definitions, left, null);
	}

	private ConfigState grown(ConfigState later, IntFunction<Object> read) {
		Object[] grown = Arrays.copyOf(this.values, later.values.length);
		for (int i = this.values.length; i < grown.length; i++) {
			grown[i] = read.apply(i);
		}
		return new ConfigState(this.snapshot, later.definitions, grown, null);
	}

	/**
	 * How a view is made, until it is closed: then its value is not made any more, and
	 * what made it is let go. Thread-safe.
	 */
	static final class Definition {

		private final String prefix;

		private volatile @Nullable Function<ConfigSnapshot, ?> read;

		/**
		 * Creates it.
		 * @param prefix the canonical prefix that the view depends on
		 * @param read makes the value of a snapshot
		 */
		Definition(String prefix, Function<ConfigSnapshot, ?> read) {
			this.prefix = prefix;
			this.read = read;
		}

		String prefix() {
			return this.prefix;
		}

		Object read(ConfigSnapshot snapshot) {
			Function<ConfigSnapshot, ?> read = this.read;
			if (read == null) {
				throw new IllegalStateException("The view of '" + this.prefix + "' is closed");
			}
			return read.apply(snapshot);
		}

		/** The value for a snapshot, or the known one if the view is closed. */
		private Object value(ConfigSnapshot snapshot, Object known, Reader reader) {
			if (isClosed()) {
				return known;
			}
			try {
				return reader.read(this, snapshot);
			}
			catch (RuntimeException | Error ex) {
				// Closed meanwhile: what it was read with may be gone.
				if (isClosed()) {
					return known;
				}
				throw ex;
			}
		}

		boolean isClosed() {
			return this.read == null;
		}

		void close() {
			this.read = null;
		}

	}

	/** Makes the value of a view while its snapshot is shown to the calling thread. */
	@FunctionalInterface
	interface Reader {

		Object read(Definition definition, ConfigSnapshot snapshot);

	}

	@FunctionalInterface
	private interface LaneAction {

		void on(String name, Lane lane);

	}

	/**
	 * The state for a lane.
	 *
	 * @param state the state, which has no lanes
	 * @param apart how it differs from that of the process
	 */
	private record Lane(ConfigState state, ConfigChange apart) {

		Lane with(ConfigState grown) {
			return new Lane(grown, this.apart);
		}

		/** The value of a view, which is that of the process where nothing differs. */
		Object read(Definition definition, Object value, Reader reader) {
			return this.apart.touchesCanonical(definition.prefix())
					? definition.value(this.state.snapshot(), value, reader) : value;
		}

	}

}
