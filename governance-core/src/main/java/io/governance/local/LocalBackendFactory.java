package io.governance.local;

import java.time.InstantSource;

import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.backend.BackendFactory;
import io.governance.config.DocumentId;

/**
 * Makes {@code local} backends: a directory that the processes of one machine share.
 */
public final class LocalBackendFactory implements BackendFactory {

	@Override
	public String name() {
		return "local";
	}

	@Override
	public Backend create(BackendEnvironment environment) {
		LocalSettings settings = environment.settings(LocalSettings.class);
		String namespace = environment.namespace();
		try {
			new DocumentId(namespace, DocumentId.DEFAULT, "any");
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException("governance.namespace: " + ex.getMessage(), ex);
		}
		return new LocalBackend(environment.name(), namespace, settings, InstantSource.system(), true);
	}

}
