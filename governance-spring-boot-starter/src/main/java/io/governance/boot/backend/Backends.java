package io.governance.boot.backend;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

import io.governance.backend.Backend;
import io.governance.backend.BackendFactory;
import io.governance.config.DocumentId;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.env.Environment;

/**
 * Creates the backends of a process, each once, and closes them. Config data and the
 * application context share one object, and so one client. Thread-safe.
 */
public final class Backends implements AutoCloseable {

	private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?");

	private final Environment environment;

	private final SslContexts sslContexts;

	private final Map<String, BackendFactory> factories;

	private final BackendChoice choice;

	/** Until it has been asked: what is opened after that is opened with all settings. */
	private @Nullable LateSettings late;

	private final Map<Place, Backend> created = new LinkedHashMap<>();

	/**
	 * What has decided which backends were created, and below what their settings are.
	 */
	private final Set<String> used = new TreeSet<>(Set.of("governance.namespace", BackendChoice.CONFIG));

	private boolean closed;

	/**
	 * Finds the backends on the classpath.
	 * @param environment where their settings are
	 * @param classLoader where to look
	 */
	public Backends(Environment environment, @Nullable ClassLoader classLoader) {
		this.environment = environment;
		this.late = new LateSettings(environment);
		this.sslContexts = new SslContexts(environment);
		this.factories = factories(classLoader);
		this.choice = new BackendChoice(() -> Binder.get(environment), this.factories::keySet);
	}

	/**
	 * The types of backends that there are.
	 * @param classLoader where to look
	 * @return their names
	 */
	public static Set<String> types(@Nullable ClassLoader classLoader) {
		return factories(classLoader).keySet();
	}

	private static Map<String, BackendFactory> factories(@Nullable ClassLoader classLoader) {
		Map<String, BackendFactory> factories = new TreeMap<>();
		ServiceLoader.load(BackendFactory.class, classLoader)
			.forEach((factory) -> factories.put(factory.name(), factory));
		return factories;
	}

	/**
	 * Refuses settings that would have opened other backends than those that are open.
	 * @throws io.governance.boot.InvalidSettingException if there are any
	 */
	synchronized void refuseLateSettings() {
		if (this.late != null && !this.created.isEmpty()) {
			this.late.refuse(this.used);
		}
		this.late = null;
	}

	/**
	 * The backend that {@code governance.backend} names, or that follows from the
	 * classpath, or else the first one that is named for the config, the registration or
	 * the discovery.
	 * @return the backend, created at the first call
	 * @throws BackendSelectionException if there is none of that name, or if several jars
	 * leave the choice open
	 * @throws IllegalArgumentException if one of its settings is wrong
	 */
	public synchronized Backend select() {
		return get(BackendChoice.SELECTED, this.choice.selected());
	}

	/**
	 * The backend that keeps the documents: the one that
	 * {@code governance.config.backend} names, or else {@link #select() the selected
	 * one}.
	 * @return the backend, created at the first call
	 * @throws BackendSelectionException if there is none of that name
	 * @throws IllegalArgumentException if one of its settings is wrong
	 */
	public synchronized Backend forConfig() {
		String name = this.choice.namedForConfig();
		return (name != null) ? get(BackendChoice.CONFIG, name) : select();
	}

	/**
	 * A backend by its name: its type, or the name of a further one below
	 * {@code governance.backends}.
	 * @param property the property that names it, for whoever has to mend it
	 * @param name the name
	 * @return the backend, created at the first call
	 * @throws BackendSelectionException if there is none of that name
	 * @throws IllegalArgumentException if one of its settings is wrong
	 */
	public Backend get(String property, String name) {
		return get(property, name, null);
	}

	/**
	 * A backend by its name, which looks into another namespace than that of this
	 * application.
	 * @param property the property that names it, for whoever has to mend it
	 * @param name the name
	 * @param namespace the namespace; {@code null} for that of this application
	 * @return the backend, created at the first call; with another namespace it has
	 * clients of its own
	 * @throws BackendSelectionException if there is none of that name
	 * @throws IllegalArgumentException if one of its settings is wrong
	 */
	public synchronized Backend get(String property, String name, @Nullable String namespace) {
		if (this.closed) {
			throw new IllegalStateException("The backends are closed");
		}
		String own = Binder.get(this.environment).bind("governance.namespace", String.class).orElse(DocumentId.DEFAULT);
		Place place = new Place(name, (namespace != null) ? namespace : own);
		Backend backend = this.created.get(place);
		if (backend == null) {
			backend = create(property, place);
			this.created.put(place, backend);
			this.used.addAll(List.of(property, "governance." + name, BackendChoice.further(name)));
		}
		return backend;
	}

	private Backend create(String property, Place place) {
		String name = place.name;
		if (!NAME.matcher(name).matches()) {
			throw BackendSelectionException.unknown(property, name, this.factories.keySet());
		}
		String type = this.choice.type(name);
		BackendFactory factory = this.factories.get((type != null) ? type : name);
		if (factory == null) {
			if (type != null) {
				throw BackendSelectionException.unknownType(name, type, this.factories.keySet());
			}
			throw property.equals(BackendChoice.SELECTED)
					? BackendSelectionException.unknown(name, this.factories.keySet())
					: BackendSelectionException.unknown(property, name, this.factories.keySet());
		}
		return factory.create(new BoundBackendEnvironment(this.environment, name,
				(type != null) ? BackendChoice.further(name) : "governance." + name, place.namespace,
				this.sslContexts));
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

	/** What there is one backend for. */
	private record Place(String name, String namespace) {
	}

}
