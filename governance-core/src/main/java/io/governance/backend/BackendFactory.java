package io.governance.backend;

/**
 * Makes backends of one type. Found by {@link java.util.ServiceLoader}, because config is
 * needed before there are any beans.
 */
public interface BackendFactory {

	/**
	 * The type's name, such as {@code consul}, as in {@code governance.backend}.
	 * @return a name of lower-case letters, digits and dashes
	 */
	String name();

	/**
	 * Creates a backend. Checks its settings, but connects to nothing.
	 * @param environment where it finds its settings
	 * @return the backend
	 * @throws IllegalArgumentException if a setting is wrong, naming it and how to mend
	 * it
	 */
	Backend create(BackendEnvironment environment);

}
