package io.governance.backend;

import java.util.Map;

import javax.net.ssl.SSLContext;

/**
 * An environment whose settings are there already.
 */
record GivenEnvironment(String name, String namespace, Object settings,
		Map<String, SSLContext> sslContexts) implements BackendEnvironment {

	@Override
	public <T> T settings(Class<T> type) {
		if (!type.isInstance(this.settings)) {
			throw new IllegalArgumentException("Backend '" + this.name + "' needs settings of the type "
					+ type.getName() + ", not " + this.settings.getClass().getName());
		}
		return type.cast(this.settings);
	}

	@Override
	public SSLContext sslContext(String bundle) {
		SSLContext context = this.sslContexts.get(bundle);
		if (context == null) {
			throw new IllegalArgumentException(
					"There is no SSL bundle '" + bundle + "'; given are " + this.sslContexts.keySet());
		}
		return context;
	}

}
