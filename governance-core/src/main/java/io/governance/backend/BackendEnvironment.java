package io.governance.backend;

import javax.net.ssl.SSLContext;

/**
 * What a backend is told of the process that it lives in.
 */
public interface BackendEnvironment {

	/**
	 * The backend's own name: its type, or the key under {@code governance.backends} of a
	 * second one of that type.
	 * @return the name
	 */
	String name();

	/**
	 * The environment that the process belongs to, from {@code governance.namespace}:
	 * where its registry and its discovery look. Documents name their own namespace.
	 * @return the namespace, valid as the namespace of a document
	 */
	String namespace();

	/**
	 * The settings of this backend, bound from its properties
	 * ({@code governance.consul.*}).
	 * @param <T> the type of the settings
	 * @param type a record whose constructor puts a default in the place of every
	 * {@code null}
	 * @return the settings
	 * @throws IllegalArgumentException if a property is wrong
	 */
	<T> T settings(Class<T> type);

	/**
	 * The TLS context of a bundle, by its name under {@code spring.ssl.bundle}.
	 * @param bundle the bundle's name
	 * @return the context
	 * @throws IllegalArgumentException if there is no such bundle: TLS that is
	 * misconfigured never becomes plain text
	 */
	SSLContext sslContext(String bundle);

}
