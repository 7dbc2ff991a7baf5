package io.governance.config;

/**
 * Checks a change before it is applied. While it runs, the thread that calls it sees the
 * candidate in the environment, and everybody else the old state.
 */
@FunctionalInterface
public interface ConfigValidator {

	/**
	 * Checks a change.
	 * @param change what would change
	 * @throws Exception if the change must not be applied; an
	 * {@link InvalidConfigException} tells best why
	 */
	void validate(ConfigChange change) throws Exception;

}
