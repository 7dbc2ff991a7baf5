package io.governance.gray;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Requests that meet each of several conditions.
 */
public final class AllStrategy implements GrayStrategy, RequiredText.TextBound {

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

	/** Conditions each of which must be met for one to be met. */
	static Stream<GrayStrategy> parts(GrayStrategy strategy) {
		return (strategy instanceof AllStrategy all) ? Arrays.stream(all.strategies).flatMap(AllStrategy::parts)
				: Stream.of(strategy);
	}

	@Override
	public @Nullable RequiredText required() {
		return RequiredText.byAll(List.of(this.strategies));
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
