package io.governance.boot;

/**
 * Properties of this library with ranges that their types do not tell. Held against them
 * at start where they are set, and at each change of the config that concerns them.
 */
public interface CheckedProperties {

	/**
	 * Holds the properties against their ranges.
	 * @throws InvalidSettingException if one is out of its range
	 */
	void check();

}
