package io.governance.boot.backend;

/**
 * Something made before the context that holds backends, which the context takes over.
 */
@FunctionalInterface
public interface SharedBackends {

	/**
	 * The backends.
	 * @return the backends, open
	 */
	Backends backends();

}
