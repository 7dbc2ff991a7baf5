package io.governance.boot.discovery;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import io.governance.backend.Backend;
import io.governance.boot.InvalidSettingException;
import io.governance.boot.backend.Backends;
import io.governance.backend.support.HomeDirectory;
import io.governance.registry.Discovery;
import io.governance.registry.InstanceCache;
import io.governance.registry.ServiceDirectory;
import io.governance.registry.ShrinkGuard;
import io.governance.registry.VettedDiscovery;

/**
 * What a {@link ServiceDirectory} is made of, as the properties say.
 */
final class DirectoryPlan {

	private static final String BACKENDS = "governance.discovery.backends";

	private static final String STATIC = "static";

	private final GovernanceDiscoveryProperties properties;

	private final Backend main;

	private final Supplier<Backends> backends;

	private final List<String> names;

	/**
	 * Creates a plan.
	 * @param properties what is configured
	 * @param main the backend of the application
	 * @param backends the others, asked only if there are some
	 */
	DirectoryPlan(GovernanceDiscoveryProperties properties, Backend main, Supplier<Backends> backends) {
		this.properties = properties;
		this.main = main;
		this.backends = backends;
		this.names = new ArrayList<>(properties.backends().isEmpty() ? List.of(main.name()) : properties.backends());
		if (!properties.fixed().isEmpty() && !this.names.contains(STATIC)) {
			this.names.add(STATIC);
		}
	}

	/** The names of the sources, for descriptions. */
	String description() {
		return String.join(", ", this.names);
	}

	/**
	 * Begins the directory.
	 * @param namespace the namespace of the application
	 * @param cacheDirectory the directory of the config cache
	 * @return a builder
	 * @throws InvalidSettingException if a property is wrong
	 */
	ServiceDirectory.Builder begin(String namespace, @Nullable Path cacheDirectory) {
		ServiceDirectory.Builder builder = ServiceDirectory.builder()
			.guard(guard(this.properties))
			.patience(patience(this.properties))
			.cache(cache(namespace, cacheDirectory));
		for (String name : this.names) {
			if (name.equals(STATIC)) {
				builder.source(STATIC, StaticInstances.of(this.properties.fixed()));
			}
			else {
				builder.source(name, vetted(named(BACKENDS, name, null)));
			}
		}
		for (int i = 0; i < this.properties.fallback().size(); i++) {
			fallBack(builder, "governance.discovery.fallback[" + i + "]", this.properties.fallback().get(i), namespace);
		}
		return builder;
	}

	private void fallBack(ServiceDirectory.Builder builder, String property,
			GovernanceDiscoveryProperties.Fallback fallback, String own) {
		String backend = (fallback.backend() != null) ? fallback.backend() : this.main.name();
		String namespace = (fallback.namespace() != null) ? fallback.namespace() : own;
		if (namespace.equals(own) && this.names.contains(backend)) {
			throw new InvalidSettingException(property, "names where services are looked for already", "Set " + property
					+ ".namespace to another namespace, or " + property + ".backend to another backend", null);
		}
		Backend other = named(property + ".backend", backend, fallback.namespace());
		builder.fallback("backend '" + backend + "', namespace '" + namespace + "'", () -> vetted(other));
	}

	/** What stands in a registry is not trusted as far as what is configured. */
	private Discovery vetted(Backend backend) {
		Discovery discovery = backend.discovery();
		return this.properties.vetAddresses() ? new VettedDiscovery(discovery) : discovery;
	}

	private Backend named(String property, String name, @Nullable String namespace) {
		boolean own = namespace == null && name.equals(this.main.name());
		return own ? this.main : this.backends.get().get(property, name, namespace);
	}

	/** What can be told of properties without the backends that they name. */
	static void check(GovernanceDiscoveryProperties properties) {
		guard(properties);
		patience(properties);
		StaticInstances.of(properties.fixed());
	}

	private static ShrinkGuard guard(GovernanceDiscoveryProperties properties) {
		GovernanceDiscoveryProperties.Guard guard = properties.guard();
		try {
			return new ShrinkGuard(guard.share(), guard.minInstances(), guard.hold());
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidSettingException("governance.discovery.guard", String.valueOf(ex.getMessage()),
					"Set share to more than 0 and at most 1, min-instances to 0 or more, hold to at most 10m", ex);
		}
	}

	/** Shorter than the first call waits, so that it gets what there is by then. */
	private static Duration patience(GovernanceDiscoveryProperties properties) {
		Duration timeout = properties.timeout();
		if (timeout.isNegative()) {
			throw new InvalidSettingException("governance.discovery.timeout", "is negative",
					"Set governance.discovery.timeout to 0s or more", null);
		}
		return timeout.dividedBy(2);
	}

	private @Nullable InstanceCache cache(String namespace, @Nullable Path configured) {
		GovernanceDiscoveryProperties.Cache cache = this.properties.cache();
		if (!cache.enabled()) {
			return null;
		}
		Path directory = cache.directory();
		if (directory == null) {
			Path caches = (configured != null) ? configured : HomeDirectory.cache();
			directory = (caches != null) ? caches.resolve("instances") : null;
		}
		return (directory != null) ? new InstanceCache(directory, namespace + "/" + String.join(",", this.names))
				: null;
	}

}
