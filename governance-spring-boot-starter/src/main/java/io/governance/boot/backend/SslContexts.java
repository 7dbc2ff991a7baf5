package io.governance.boot.backend;

import java.util.Map;
import java.util.TreeMap;

import javax.net.ssl.SSLContext;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.ssl.JksSslBundleProperties;
import org.springframework.boot.autoconfigure.ssl.PemSslBundleProperties;
import org.springframework.boot.autoconfigure.ssl.PropertiesSslBundle;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.env.Environment;

/**
 * The TLS contexts of backends, by the name of their bundle. They are built from the
 * environment, since they are needed before there is a context, and follow the bundles of
 * the context when it is there. Thread-safe.
 */
final class SslContexts {

	private static final Logger logger = LoggerFactory.getLogger(SslContexts.class);

	private final Environment environment;

	private final Map<String, ReloadableSslContext> contexts = new TreeMap<>();

	private @Nullable SslBundles bundles;

	SslContexts(Environment environment) {
		this.environment = environment;
	}

	/**
	 * The context of a bundle.
	 * @param name the bundle's name
	 * @return the context, always the same object
	 * @throws IllegalArgumentException if there is no such bundle
	 */
	synchronized SSLContext get(String name) {
		ReloadableSslContext known = this.contexts.get(name);
		if (known == null) {
			SslBundles bundles = this.bundles;
			boolean registered = bundles != null && bundles.getBundleNames().contains(name);
			known = new ReloadableSslContext((bundles != null && registered) ? bundles.getBundle(name) : bind(name));
			this.contexts.put(name, known);
			follow(name, known);
		}
		return known.context();
	}

	private SslBundle bind(String name) {
		Binder binder = Binder.get(this.environment);
		BindResult<PemSslBundleProperties> pem = binder.bind("spring.ssl.bundle.pem." + name,
				PemSslBundleProperties.class);
		if (pem.isBound()) {
			return PropertiesSslBundle.get(pem.get());
		}
		BindResult<JksSslBundleProperties> jks = binder.bind("spring.ssl.bundle.jks." + name,
				JksSslBundleProperties.class);
		if (jks.isBound()) {
			return PropertiesSslBundle.get(jks.get());
		}
		throw new IllegalArgumentException("There is no SSL bundle '" + name
				+ "': define it below spring.ssl.bundle.pem or spring.ssl.bundle.jks");
	}

	/**
	 * From now on the contexts follow these bundles.
	 * @param bundles the bundles of the application
	 */
	synchronized void follow(SslBundles bundles) {
		this.bundles = bundles;
		this.contexts.forEach(this::follow);
	}

	private void follow(String name, ReloadableSslContext context) {
		SslBundles bundles = this.bundles;
		if (bundles != null && bundles.getBundleNames().contains(name)) {
			bundles.addBundleUpdateHandler(name, (bundle) -> reload(name, context, bundle));
		}
	}

	private static void reload(String name, ReloadableSslContext context, SslBundle bundle) {
		try {
			context.reload(bundle);
			logger.info("SSL bundle '{}' was reloaded: new connections to the backend use it", name);
		}
		catch (RuntimeException ex) {
			logger.error("SSL bundle '{}' cannot be used, the backend goes on with the old one: {}", name,
					ex.getMessage());
		}
	}

}
