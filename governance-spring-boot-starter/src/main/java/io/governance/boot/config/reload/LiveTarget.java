package io.governance.boot.config.reload;

import java.util.Set;

import io.governance.config.ConfigChange;
import io.governance.config.ConfigSnapshot;
import io.governance.config.InvalidConfigException;

/**
 * Something whose settings can be changed while it runs. Called by one thread at a time.
 *
 * @param <S> its settings
 */
interface LiveTarget<S> {

	/** What it is called in logs. */
	String name();

	/** The prefixes of its settings. */
	Set<String> prefixes();

	/**
	 * Reads its settings.
	 * @throws InvalidConfigException if they cannot be bound
	 */
	S read(ConfigSnapshot snapshot);

	/**
	 * Looks whether it could take the new settings. Changes nothing.
	 * @throws Exception if it could not
	 */
	void check(ConfigChange change, S before, S after) throws Exception;

	/**
	 * Gives it the new settings.
	 * @param undo takes the way back of each step, as soon as the step is done
	 * @throws Exception if that fails; the steps that are done are undone then
	 */
	void apply(ConfigChange change, S before, S after, Undo undo) throws Exception;

}
