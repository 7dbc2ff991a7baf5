package io.governance.boot.backend;

import javax.net.ssl.SSLContext;

import io.governance.backend.BackendEnvironment;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * The settings of a backend, bound from {@code governance.{type}}, or, if it is a further
 * one of its type, from {@code governance.backends.{name}}.
 */
final class BoundBackendEnvironment implements BackendEnvironment {

	private final Environment environment;

	private final String name;

	private final String prefix;

	private final String namespace;

	private final SslContexts sslContexts;

	BoundBackendEnvironment(Environment environment, String name, String prefix, String namespace,
			SslContexts sslContexts) {
		this.environment = environment;
		this.name = name;
		this.prefix = prefix;
		this.namespace = namespace;
		this.sslContexts = sslContexts;
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
		return Binder.get(this.environment).bindOrCreate(this.prefix, type);
	}

	@Override
	public SSLContext sslContext(String bundle) {
		return this.sslContexts.get(bundle);
	}

}
