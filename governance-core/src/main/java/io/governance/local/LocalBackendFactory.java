package io.governance.local;

import java.time.InstantSource;

import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.backend.BackendFactory;
import io.governance.backend.support.BackendNamespace;

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
		String namespace = BackendNamespace.of(environment);
		return new LocalBackend(environment.name(), namespace, settings, InstantSource.system(), true);
	}

}
