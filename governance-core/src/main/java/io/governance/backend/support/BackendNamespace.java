package io.governance.backend.support;

import io.governance.backend.BackendEnvironment;
import io.governance.config.DocumentId;

/**
 * The namespace that a backend is made for.
 */
public final class BackendNamespace {

	private BackendNamespace() {
	}

	/**
	 * Takes the namespace of an environment, once it is checked.
	 * @param environment what the backend is told
	 * @return the namespace
	 * @throws IllegalArgumentException if it is none that a document can have, naming the
	 * property
	 */
	public static String of(BackendEnvironment environment) {
		String namespace = environment.namespace();
		try {
			new DocumentId(namespace, DocumentId.DEFAULT, "any");
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException("governance.namespace: " + ex.getMessage(), ex);
		}
		return namespace;
	}

}
