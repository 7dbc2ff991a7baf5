package io.governance.nacos;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;

import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.backend.BackendFactory;
import io.governance.backend.support.BackendNamespace;

/**
 * Makes {@code nacos} backends: Nacos 3, and Nacos 2 without what needs its admin API.
 */
public final class NacosBackendFactory implements BackendFactory {

	@Override
	public String name() {
		return "nacos";
	}

	@Override
	public Backend create(BackendEnvironment environment) {
		NacosSettings settings = environment.settings(NacosSettings.class);
		String namespace = BackendNamespace.of(environment);
		return new NacosBackend(environment.name(), namespace, settings, tls(environment, settings),
				NacosBackend.RESYNC);
	}

	private static @Nullable SSLContext tls(BackendEnvironment environment, NacosSettings settings) {
		if (settings.sslBundle().isEmpty()) {
			return null;
		}
		try {
			return environment.sslContext(settings.sslBundle());
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException("governance.nacos.ssl-bundle: " + ex.getMessage(), ex);
		}
	}

}
