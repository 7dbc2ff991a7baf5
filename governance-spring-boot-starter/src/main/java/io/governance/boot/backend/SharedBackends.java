package io.governance.boot.backend;

/**
 * Something made before the context that holds backends, which the context uses. Whoever
 * has made it closes them.
 */
@FunctionalInterface
public interface SharedBackends {

	/**
	 * The backends.
	 * @return the backends, open
	 */
	Backends backends();

}
