package io.governance.boot.backend;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;

/**
 * Which backend is used for what, by the properties and the jars that there are.
 */
public final class BackendChoice {

	static final String SELECTED = "governance.backend";

	static final String CONFIG = "governance.config.backend";

	private static final String FURTHER = "governance.backends.";

	private static final String LOCAL = "local";

	private static final Bindable<List<String>> NAMES = Bindable.listOf(String.class);

	private final Supplier<Binder> properties;

	private final Supplier<Set<String>> types;

	/**
	 * Creates a choice.
	 * @param properties the properties, as they are when it is asked
	 * @param types the types of backends that there are, asked for if no property tells
	 */
	public BackendChoice(Supplier<Binder> properties, Supplier<Set<String>> types) {
		this.properties = properties;
		this.types = types;
	}

	/**
	 * The backend that {@code governance.backend} names, or that follows from the
	 * classpath, or else the first one that is named for the config, the registration or
	 * the discovery.
	 * @return its name
	 * @throws BackendSelectionException if several jars leave the choice open
	 */
	String selected() {
		String selected = bind(SELECTED);
		return (selected != null) ? selected : only();
	}

	/**
	 * The property that names the backend that keeps the documents.
	 * @return {@code null} if it is the selected one
	 */
	@Nullable String namedForConfig() {
		return bind(CONFIG);
	}

	/**
	 * The type of the backend that keeps the documents.
	 * @return its type, which need not be there
	 * @throws BackendSelectionException if several jars leave the choice open
	 */
	public String typeForConfig() {
		String named = namedForConfig();
		String name = (named != null) ? named : selected();
		String type = type(name);
		return (type != null) ? type : name;
	}

	/**
	 * The type of a further backend.
	 * @param name its name
	 * @return {@code null} if there is no further one of that name
	 */
	@Nullable String type(String name) {
		return bind(further(name) + ".type");
	}

	/** Where the settings of a further backend are. */
	static String further(String name) {
		return FURTHER + name;
	}

	private @Nullable String bind(String property) {
		return this.properties.get().bind(property, String.class).orElse(null);
	}

	private String only() {
		var others = this.types.get().stream().filter((name) -> !name.equals(LOCAL)).toList();
		return switch (others.size()) {
			case 0 -> LOCAL;
			case 1 -> others.get(0);
			default -> named().orElseThrow(() -> BackendSelectionException.ambiguous(others));
		};
	}

	/** Who names a backend for one thing has made a choice. */
	private Optional<String> named() {
		String config = namedForConfig();
		return (config != null) ? Optional.of(config)
				: first("governance.registry.backends").or(() -> first("governance.discovery.backends"));
	}

	private Optional<String> first(String property) {
		return this.properties.get()
			.bind(property, NAMES)
			.orElse(List.of())
			.stream()
			.filter((name) -> !name.equals("static"))
			.findFirst();
	}

}
