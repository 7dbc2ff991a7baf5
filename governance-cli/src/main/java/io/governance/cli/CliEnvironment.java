package io.governance.cli;

import javax.net.ssl.SSLContext;

import io.governance.backend.BackendEnvironment;

/**
 * What a backend is told on the command line.
 */
record CliEnvironment(String name, String namespace, Settings all, Tls tls) implements BackendEnvironment {

	@Override
	public <T> T settings(Class<T> type) {
		return this.all.bind("governance." + this.name, type);
	}

	@Override
	public SSLContext sslContext(String bundle) {
		if (!bundle.equals(Tls.BUNDLE)) {
			throw new SettingsException("SSL bundle '" + bundle
					+ "' is not known on the command line: give its files with --tls-ca, --tls-cert and --tls-key");
		}
		return this.tls.context();
	}

}
