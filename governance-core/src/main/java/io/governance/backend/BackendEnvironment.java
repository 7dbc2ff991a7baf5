package io.governance.backend;

import java.util.Map;

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
	 * The TLS context of a bundle, by its name under {@code spring.ssl.bundle}. Where the
	 * bundle is reloaded while the process runs, connections that the context makes from
	 * then on use the new keys and certificates.
	 * @param bundle the bundle's name
	 * @return the context
	 * @throws IllegalArgumentException if there is no such bundle: TLS that is
	 * misconfigured never becomes plain text
	 */
	SSLContext sslContext(String bundle);

	/**
	 * An environment for whoever creates a backend without Spring, without TLS bundles.
	 * @param name the backend's name
	 * @param namespace the environment that the process belongs to
	 * @param settings the settings record of the backend
	 * @return the environment
	 */
	static BackendEnvironment of(String name, String namespace, Object settings) {
		return of(name, namespace, settings, Map.of());
	}

	/**
	 * An environment for whoever creates a backend without Spring.
	 * @param name the backend's name
	 * @param namespace the environment that the process belongs to
	 * @param settings the settings record of the backend
	 * @param sslContexts the TLS contexts by the name of their bundle
	 * @return the environment
	 */
	static BackendEnvironment of(String name, String namespace, Object settings, Map<String, SSLContext> sslContexts) {
		return new GivenEnvironment(name, namespace, settings, Map.copyOf(sslContexts));
	}

}
