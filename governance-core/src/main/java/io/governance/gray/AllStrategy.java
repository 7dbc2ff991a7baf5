package io.governance.gray;

import java.util.Arrays;
import java.util.List;

/**
 * Requests that meet each of several conditions.
 */
public final class AllStrategy implements GrayStrategy {

	private final GrayStrategy[] strategies;

	/**
	 * Creates a strategy.
	 * @param strategies the conditions, asked in this order until the answer is clear
	 * @throws IllegalArgumentException if there is none
	 */
	public AllStrategy(List<? extends GrayStrategy> strategies) {
		if (strategies.isEmpty()) {
			throw new IllegalArgumentException("'all' needs at least one condition");
		}
		this.strategies = strategies.toArray(GrayStrategy[]::new);
	}

	@Override
	public boolean matches(GrayContext context) {
		for (GrayStrategy strategy : this.strategies) {
			if (!strategy.matches(context)) {
				return false;
			}
		}
		return true;
	}

	@Override
	public Condition explain(GrayContext context) {
		return new Condition("all", matches(context), "",
				Arrays.stream(this.strategies).map((strategy) -> strategy.explain(context)).toList());
	}

	@Override
	public String toString() {
		return "all" + Arrays.toString(this.strategies);
	}

}
