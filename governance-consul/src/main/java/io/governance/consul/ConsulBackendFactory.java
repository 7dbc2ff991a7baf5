package io.governance.consul;

import java.time.InstantSource;
import java.util.Random;

import javax.net.ssl.SSLContext;

import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.backend.BackendFactory;
import io.governance.backend.support.BackendNamespace;

/**
 * Makes {@code consul} backends: documents, registration, discovery and locks on the
 * agents of a Consul cluster.
 */
public final class ConsulBackendFactory implements BackendFactory {

	@Override
	public String name() {
		return "consul";
	}

	@Override
	public Backend create(BackendEnvironment environment) {
		ConsulSettings settings = environment.settings(ConsulSettings.class);
		String namespace = BackendNamespace.of(environment);
		SSLContext ssl = settings.sslBundle().isEmpty() ? null : environment.sslContext(settings.sslBundle());
		return new ConsulBackend(environment.name(), namespace, settings, ssl, InstantSource.system(), new Random());
	}

}
