package io.governance.registry;

/**
 * Told by the {@link RegistrationKeeper} what becomes of own instances. Called one at a
 * time on the keeper's thread: must be quick. What it throws is logged and ignored.
 */
@FunctionalInterface
public interface RegistrationListener {

	/**
	 * Something happened to an own instance.
	 * @param event what happened
	 */
	void onEvent(RegistrationEvent event);

}
