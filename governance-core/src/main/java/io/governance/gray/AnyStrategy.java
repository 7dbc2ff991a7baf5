package io.governance.gray;

import java.util.Arrays;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Requests that meet at least one of several conditions.
 */
public final class AnyStrategy implements GrayStrategy, RequiredText.TextBound {

	private final GrayStrategy[] strategies;

	/**
	 * Creates a strategy.
	 * @param strategies the conditions, asked in this order until the answer is clear
	 * @throws IllegalArgumentException if there is none
	 */
	public AnyStrategy(List<? extends GrayStrategy> strategies) {
		if (strategies.isEmpty()) {
			throw new IllegalArgumentException("'any' needs at least one condition");
		}
		this.strategies = strategies.toArray(GrayStrategy[]::new);
	}

	List<GrayStrategy> strategies() {
		return List.of(this.strategies);
	}

	@Override
	public boolean matches(GrayContext context) {
		for (GrayStrategy strategy : this.strategies) {
			if (strategy.matches(context)) {
				return true;
			}
		}
		return false;
	}

	@Override
	public @Nullable RequiredText required() {
		return RequiredText.byAny(List.of(this.strategies));
	}

	@Override
	public Condition explain(GrayContext context) {
		return new Condition("any", matches(context), "",
				Arrays.stream(this.strategies).map((strategy) -> strategy.explain(context)).toList());
	}

	@Override
	public String toString() {
		return "any" + Arrays.toString(this.strategies);
	}

}
