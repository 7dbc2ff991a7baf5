package io.governance.loadbalancer;

import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link Picker} is built from. Immutable.
 *
 * @param endpoints the endpoints to pick from, in the order of their ids
 * @param zone the zone of the caller; empty if not known
 * @param ticker a clock in nanoseconds, for durations only
 * @param random the source of randomness; thread-safe
 * @param settings the algorithm's settings
 * @param previous the picker that the new one replaces; {@code null} for the first one
 */
public record PickerInput(List<Endpoint> endpoints, String zone, LongSupplier ticker, RandomGenerator random,
		Map<String, String> settings, @Nullable Picker previous) {

	/**
	 * Creates an input.
	 */
	public PickerInput {
		endpoints = List.copyOf(endpoints);
		settings = Map.copyOf(settings);
	}

	/**
	 * An input of these endpoints with the system's clock and randomness, for a picker
	 * that replaces none.
	 * @param endpoints the endpoints
	 * @return the input
	 */
	public static PickerInput of(List<Endpoint> endpoints) {
		return new PickerInput(endpoints, "", System::nanoTime, PerThreadRandom.INSTANCE, Map.of(), null);
	}

	/**
	 * The endpoints that may take calls: those whose weight is not 0.
	 * @return the endpoints, a new array
	 */
	Endpoint[] weighted() {
		return this.endpoints.stream().filter((endpoint) -> endpoint.instance().weight() > 0).toArray(Endpoint[]::new);
	}

	/**
	 * The same input for a picker that replaces another one.
	 * @param previous the picker to replace
	 * @return the input
	 */
	public PickerInput replacing(@Nullable Picker previous) {
		return new PickerInput(this.endpoints, this.zone, this.ticker, this.random, this.settings, previous);
	}

	/**
	 * The same input with other settings.
	 * @param settings the algorithm's settings
	 * @return the input
	 */
	public PickerInput withSettings(Map<String, String> settings) {
		return new PickerInput(this.endpoints, this.zone, this.ticker, this.random, settings, this.previous);
	}

	/**
	 * The same input with another source of randomness.
	 * @param random the source; thread-safe
	 * @return the input
	 */
	public PickerInput withRandom(RandomGenerator random) {
		return new PickerInput(this.endpoints, this.zone, this.ticker, random, this.settings, this.previous);
	}

}
