package io.governance.config;

import java.util.Set;

/**
 * Told after a change has been applied. Observers are told one at a time, in the order of
 * {@link #order()}.
 */
public interface ConfigObserver {

	/**
	 * What this observer is called in logs, such as the method that it calls.
	 * @return the name
	 */
	String name();

	/**
	 * The prefixes that it depends on.
	 * @return the prefixes; an empty set for all keys
	 */
	Set<String> prefixes();

	/**
	 * When it is told, relative to others.
	 * @return the order, the lowest first
	 */
	default int order() {
		return 0;
	}

	/**
	 * A change of interest was applied. If this observer throws, the change is rolled
	 * back: the last good state is restored, and the observers that were told before are
	 * told {@link ConfigChange#reversed() the reverse}. This one is not, since what it
	 * has done until then is known to itself alone: it undoes that before it throws.
	 * @param change the change
	 * @throws Exception if the change cannot be followed. The message of an
	 * {@link InvalidConfigException}, thrown or among the causes, is logged and shown as
	 * the reason; of any other exception the class alone, since its message may quote a
	 * value
	 */
	void onChange(ConfigChange change) throws Exception;

}
