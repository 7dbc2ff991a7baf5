package io.governance.gray;

import java.util.List;

/**
 * Requests that do not meet a condition.
 */
public final class NotStrategy implements GrayStrategy {

	private final GrayStrategy strategy;

	/**
	 * Creates a strategy.
	 * @param strategy the condition that must not be met
	 */
	public NotStrategy(GrayStrategy strategy) {
		this.strategy = strategy;
	}

	@Override
	public boolean matches(GrayContext context) {
		return !this.strategy.matches(context);
	}

	@Override
	public Condition explain(GrayContext context) {
		return new Condition("not", matches(context), "", List.of(this.strategy.explain(context)));
	}

	@Override
	public String toString() {
		return "not[" + this.strategy + "]";
	}

}
