package io.governance.etcd;

import java.util.random.RandomGenerator;
import java.time.InstantSource;

import javax.net.ssl.SSLContext;

import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.backend.BackendFactory;
import io.governance.backend.support.BackendNamespace;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes {@code etcd} backends.
 */
public final class EtcdBackendFactory implements BackendFactory {

	private static final Logger logger = LoggerFactory.getLogger(EtcdBackendFactory.class);

	@Override
	public String name() {
		return "etcd";
	}

	@Override
	public Backend create(BackendEnvironment environment) {
		EtcdSettings settings = environment.settings(EtcdSettings.class);
		String namespace = BackendNamespace.of(environment);
		String bundle = settings.sslBundle();
		SSLContext tls = (bundle != null) ? environment.sslContext(bundle) : null;
		if (settings.exposesPassword()) {
			logger.warn("Backend '{}' sends its password over the network as plain text: use https:// endpoints and "
					+ "governance.etcd.ssl-bundle", environment.name());
		}
		return new EtcdBackend(environment.name(), namespace, settings, tls, InstantSource.system(), System::nanoTime,
				RandomGenerator.getDefault());
	}

}
