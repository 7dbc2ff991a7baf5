package io.governance.gray;

/**
 * Makes the strategies of one kind out of what rules say: the way to add a kind.
 * Stateless and thread-safe.
 * <p>
 * A factory named {@code weekday} is asked for {@code weekday: [sat, sun]}, and gets the
 * list.
 */
public interface GrayStrategyFactory {

	/**
	 * The key under which rules use this kind of strategy.
	 * @return the name, such as {@code percentage}
	 */
	String name();

	/**
	 * Makes a strategy.
	 * @param definition what stands under the key
	 * @return the strategy
	 * @throws InvalidRulesException if the definition is not valid: made by
	 * {@link RulesNode#invalid}, so that it tells place and reason; other exceptions are
	 * taken to mean the same of the definition as a whole, and only their class is shown
	 */
	GrayStrategy create(RulesNode definition);

}
