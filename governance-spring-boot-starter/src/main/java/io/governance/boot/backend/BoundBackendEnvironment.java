package io.governance.boot.backend;

import javax.net.ssl.SSLContext;

import io.governance.backend.BackendEnvironment;
import org.springframework.boot.autoconfigure.ssl.JksSslBundleProperties;
import org.springframework.boot.autoconfigure.ssl.PemSslBundleProperties;
import org.springframework.boot.autoconfigure.ssl.PropertiesSslBundle;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * The settings of a backend, bound from {@code governance.{name}}. Builds SSL bundles by
 * itself, since it is needed before there is a context.
 */
final class BoundBackendEnvironment implements BackendEnvironment {

	private final Environment environment;

	private final String name;

	private final String namespace;

	BoundBackendEnvironment(Environment environment, String name, String namespace) {
		this.environment = environment;
		this.name = name;
		this.namespace = namespace;
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public String namespace() {
		return this.namespace;
	}

	@Override
	public <T> T settings(Class<T> type) {
		return Binder.get(this.environment).bindOrCreate("governance." + this.name, type);
	}

	@Override
	public SSLContext sslContext(String bundle) {
		Binder binder = Binder.get(this.environment);
		BindResult<PemSslBundleProperties> pem = binder.bind("spring.ssl.bundle.pem." + bundle,
				PemSslBundleProperties.class);
		if (pem.isBound()) {
			return PropertiesSslBundle.get(pem.get()).createSslContext();
		}
		BindResult<JksSslBundleProperties> jks = binder.bind("spring.ssl.bundle.jks." + bundle,
				JksSslBundleProperties.class);
		if (jks.isBound()) {
			return PropertiesSslBundle.get(jks.get()).createSslContext();
		}
		throw new IllegalArgumentException("There is no SSL bundle '" + bundle
				+ "': define it below spring.ssl.bundle.pem or spring.ssl.bundle.jks");
	}

}
