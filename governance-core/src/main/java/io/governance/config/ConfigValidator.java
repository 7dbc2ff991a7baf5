package io.governance.config;

/**
 * Checks a change before it is applied. While it runs, the thread that calls it sees the
 * candidate, in the environment and through {@linkplain ConfigView views}, and everybody
 * else the old state. A view that it makes itself shows the old state to it, too.
 */
@FunctionalInterface
public interface ConfigValidator {

	/**
	 * Checks a change. Looks at what the config would be rather than at what changes: at
	 * start, {@link ConfigChange#before()} is the last good config on disk, or empty if
	 * there is none.
	 * @param change what would change
	 * @throws Exception if the change must not be applied. The message of an
	 * {@link InvalidConfigException}, thrown or among the causes, is logged and shown as
	 * the reason; of any other exception the class alone, since its message may quote a
	 * value
	 */
	void validate(ConfigChange change) throws Exception;

	/**
	 * Whether this is asked at start, too: when the application has started with config
	 * that is not the last good one, before it is kept as good. {@code false} for one
	 * that refuses only what a running application cannot follow.
	 * @return {@code true} unless overridden
	 */
	default boolean atStart() {
		return true;
	}

}
