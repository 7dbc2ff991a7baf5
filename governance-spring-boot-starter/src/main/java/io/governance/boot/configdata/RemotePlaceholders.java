package io.governance.boot.configdata;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

import io.governance.config.ConfigSnapshot;
import io.governance.config.ConfigValue;
import io.governance.config.InvalidConfigException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;
import org.springframework.util.PropertyPlaceholderHelper;
import org.springframework.util.SystemPropertyUtils;

/**
 * Replaces <code>${...}</code> as the environment does, with one snapshot in the place of
 * the remote config. The environment itself knows a snapshot that is not in force yet by
 * the exact spelling of its keys only, since Boot caches their names. What is made of a
 * few values that refer to each other may be as large as one likes, so there is a limit
 * for all that one object replaces. Not thread-safe.
 */
public final class RemotePlaceholders {

	private static final PropertyPlaceholderHelper LENIENT = helper(true);

	private static final PropertyPlaceholderHelper STRICT = helper(false);

	/** How many characters are put in the place of placeholders. */
	private static final int MAX_CHARACTERS = 32 * 1024 * 1024;

	/** As how many characters one more look counts, where all sources are asked. */
	private static final int LOOK_UP = 128;

	/** As how many it counts for what is known. */
	private static final int KNOWN = 32;

	/** How deep they may stand within each other: Spring's time grows by its square. */
	private static final int MAX_NESTED = 100;

	private final ConfigurableEnvironment environment;

	private final ConfigSnapshot snapshot;

	private final UnaryOperator<String> local;

	private final boolean guessing;

	/**
	 * What the remote config says, and what nobody says anything of. Other sources may
	 * answer differently each time.
	 */
	private final Map<String, @Nullable String> known = new HashMap<>();

	private long left = MAX_CHARACTERS;

	/**
	 * Placeholders of one snapshot.
	 * @param environment the environment
	 * @param snapshot the remote config
	 */
	public RemotePlaceholders(ConfigurableEnvironment environment, ConfigSnapshot snapshot) {
		this(environment, snapshot, UnaryOperator.identity(), true);
	}

	/**
	 * The same, where some values are shown differently.
	 * @param local what to make of a value that is not remote
	 * @param guessing whether one of several keys is looked at, where it is not certain
	 * which of them Boot takes; else an exception is thrown
	 */
	RemotePlaceholders(ConfigurableEnvironment environment, ConfigSnapshot snapshot, UnaryOperator<String> local,
			boolean guessing) {
		this.environment = environment;
		this.snapshot = snapshot;
		this.local = local;
		this.guessing = guessing;
	}

	private static PropertyPlaceholderHelper helper(boolean lenient) {
		return new PropertyPlaceholderHelper(SystemPropertyUtils.PLACEHOLDER_PREFIX,
				SystemPropertyUtils.PLACEHOLDER_SUFFIX, SystemPropertyUtils.VALUE_SEPARATOR,
				SystemPropertyUtils.ESCAPE_CHARACTER, lenient);
	}

	/**
	 * Replaces what can be replaced.
	 * @param value any value
	 * @return the value; a text with its placeholders replaced
	 * @throws IllegalArgumentException if placeholders refer to each other in a circle
	 * @throws InvalidConfigException if they stand for too much, or are nested too deep
	 */
	public @Nullable Object resolve(@Nullable Object value) {
		return (value instanceof String text && text.contains("${")) ? replace(LENIENT, text) : value;
	}

	/**
	 * Whether every placeholder has a value or a default.
	 * @param value any value
	 * @return {@code false} if something would be left over
	 * @throws InvalidConfigException if they stand for too much, or are nested too deep
	 */
	public boolean resolvable(@Nullable Object value) {
		if (!(value instanceof String text) || !text.contains("${")) {
			return true;
		}
		try {
			replace(STRICT, text);
			return true;
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

	private String replace(PropertyPlaceholderHelper helper, String text) {
		checkNested(text);
		try {
			return helper.replacePlaceholders(text, this::bounded);
		}
		catch (StackOverflowError ex) {
			throw tooMuch();
		}
	}

	private @Nullable String bounded(String name) {
		boolean known = this.known.containsKey(name);
		String value = known ? this.known.get(name) : lookUp(name);
		this.left -= (known ? KNOWN : LOOK_UP) + ((value != null) ? value.length() : 0);
		if (this.left < 0) {
			throw tooMuch();
		}
		if (value != null) {
			checkNested(value);
		}
		return value;
	}

	private static void checkNested(String text) {
		int depth = 0;
		for (int i = text.indexOf("${") + 1; i > 0 && i < text.length(); i++) {
			char c = text.charAt(i);
			if (c == '{' && (depth > 0 || text.charAt(i - 1) == '$')) {
				depth++;
			}
			else if (c == '}' && depth > 0) {
				depth--;
			}
			if (depth > MAX_NESTED) {
				throw tooMuch();
			}
		}
	}

	private static InvalidConfigException tooMuch() {
		return new InvalidConfigException(null, null,
				"has placeholders that are nested too deep or stand for too much: refer to less", null);
	}

	private @Nullable String lookUp(String name) {
		for (PropertySource<?> source : this.environment.getPropertySources()) {
			String value = ConfigurationPropertySources.isAttachedConfigurationPropertySource(source) ? relaxed(name)
					: exact(source, name);
			if (value != null) {
				return value;
			}
		}
		this.known.put(name, null);
		return null;
	}

	private @Nullable String exact(PropertySource<?> source, String name) {
		if (source instanceof GovernancePropertySource) {
			return remember(name, text(this.snapshot.get(name)));
		}
		return local(source.getProperty(name));
	}

	private @Nullable String relaxed(String name) {
		if (!ConfigurationPropertyName.isValid(name)) {
			return null;
		}
		ConfigurationPropertyName property = ConfigurationPropertyName.of(name);
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			String value = (source.getUnderlyingSource() instanceof GovernancePropertySource)
					? remember(name, remote(property)) : local(source.getConfigurationProperty(property));
			if (value != null) {
				return value;
			}
		}
		return null;
	}

	/**
	 * By whatever key Boot takes for the property. What it takes for the same name as
	 * another key depends on further keys: it keeps names by their hash, and their
	 * equality is not transitive.
	 */
	private @Nullable String remote(ConfigurationPropertyName property) {
		Set<@Nullable String> taken = new LinkedHashSet<>();
		Set<@Nullable String> perhaps = new LinkedHashSet<>();
		for (String key : this.snapshot.spellings(property.toString())) {
			ConfigurationPropertyName name = ConfigurationPropertyName.adapt(key, '.');
			if (name.hashCode() == property.hashCode()) {
				(name.equals(property) ? taken : perhaps).add(text(this.snapshot.get(key)));
			}
		}
		if (!this.guessing && (taken.size() > 1 || !perhaps.isEmpty())) {
			throw new AmbiguousKeyException();
		}
		return taken.isEmpty() ? null : taken.iterator().next();
	}

	private @Nullable String remember(String name, @Nullable String value) {
		if (value != null) {
			this.known.put(name, value);
		}
		return value;
	}

	private static @Nullable String text(@Nullable ConfigValue value) {
		return (value != null) ? String.valueOf(value.value()) : null;
	}

	private @Nullable String local(@Nullable ConfigurationProperty property) {
		return (property != null) ? local(property.getValue()) : null;
	}

	private @Nullable String local(@Nullable Object value) {
		return (value != null) ? this.local.apply(String.valueOf(value)) : null;
	}

	/** Several keys of different values may be taken for one property. */
	static final class AmbiguousKeyException extends RuntimeException {

		private static final long serialVersionUID = 1L;

		private AmbiguousKeyException() {
			super("which key is meant is not certain", null, false, false);
		}

	}

}
