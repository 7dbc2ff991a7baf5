package io.governance.boot.backend;

import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

import io.governance.backend.Backend;
import io.governance.backend.BackendFactory;
import io.governance.boot.GovernanceProperties;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.env.Environment;

/**
 * Creates the backends of a process, each once, and closes them. Config data and the
 * application context share one object, and so one client. Thread-safe.
 */
public final class Backends implements AutoCloseable {

	private static final String LOCAL = "local";

	private final Environment environment;

	private final SslContexts sslContexts;

	private final Map<String, BackendFactory> factories = new TreeMap<>();

	private final Map<String, Backend> created = new TreeMap<>();

	private boolean closed;

	/**
	 * Finds the backends on the classpath.
	 * @param environment where their settings are
	 * @param classLoader where to look
	 */
	public Backends(Environment environment, @Nullable ClassLoader classLoader) {
		this.environment = environment;
		this.sslContexts = new SslContexts(environment);
		ServiceLoader.load(BackendFactory.class, classLoader)
			.forEach((factory) -> this.factories.put(factory.name(), factory));
	}

	/**
	 * The backend that {@code governance.backend} names, or that follows from the
	 * classpath.
	 * @return the backend, created at the first call
	 * @throws BackendSelectionException if there is none of that name, or if several jars
	 * leave the choice open
	 * @throws IllegalArgumentException if one of its settings is wrong
	 */
	public synchronized Backend select() {
		if (this.closed) {
			throw new IllegalStateException("The backends are closed");
		}
		String name = Binder.get(this.environment).bind("governance.backend", String.class).orElseGet(this::only);
		Backend backend = this.created.get(name);
		if (backend == null) {
			BackendFactory factory = this.factories.get(name);
			if (factory == null) {
				throw BackendSelectionException.unknown(name, this.factories.keySet());
			}
			GovernanceProperties properties = Binder.get(this.environment)
				.bindOrCreate("governance", GovernanceProperties.class);
			backend = factory
				.create(new BoundBackendEnvironment(this.environment, name, properties.namespace(), this.sslContexts));
			this.created.put(name, backend);
		}
		return backend;
	}

	private String only() {
		var others = this.factories.keySet().stream().filter((name) -> !name.equals(LOCAL)).toList();
		return switch (others.size()) {
			case 0 -> LOCAL;
			case 1 -> others.get(0);
			default -> throw BackendSelectionException.ambiguous(others);
		};
	}

	/**
	 * From now on the TLS of the backends follows these bundles: when one is reloaded,
	 * new connections use it.
	 * @param bundles the bundles of the application
	 */
	void follow(SslBundles bundles) {
		this.sslContexts.follow(bundles);
	}

	/**
	 * Closes all backends that were created.
	 */
	@Override
	public synchronized void close() {
		this.closed = true;
		this.created.values().forEach(Backend::close);
		this.created.clear();
	}

}
