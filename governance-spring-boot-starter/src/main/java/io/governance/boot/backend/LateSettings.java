package io.governance.boot.backend;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import io.governance.boot.InvalidSettingException;
import io.governance.config.ConfigManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;

/**
 * Finds settings of backends that come when those are open already, as from a test's
 * {@code @DynamicPropertySource}: without a word, the application would work with another
 * server or directory than the environment tells.
 */
final class LateSettings {

	private static final Logger logger = LoggerFactory.getLogger(LateSettings.class);

	private final @Nullable ConfigurableEnvironment environment;

	private final List<PropertySource<?>> early = new ArrayList<>();

	/** Remembers what there is now. */
	LateSettings(Environment environment) {
		this.environment = (environment instanceof ConfigurableEnvironment configurable) ? configurable : null;
		if (this.environment != null) {
			this.environment.getPropertySources().forEach(this.early::add);
		}
	}

	/**
	 * Refuses what has come since, stands above all else and would be another value. What
	 * remote config says is only warned of: whoever can write a document must not keep
	 * applications from starting by it.
	 * @param prefixes of the settings that have been used
	 * @throws InvalidSettingException if there is such a setting
	 */
	void refuse(Collection<String> prefixes) {
		if (this.environment == null) {
			return;
		}
		Set<ConfigurationPropertyName> names = new TreeSet<>();
		for (PropertySource<?> source : this.environment.getPropertySources()) {
			if (source instanceof EnumerablePropertySource<?> late && !isEarly(source)) {
				for (String name : late.getPropertyNames()) {
					if (prefixes.stream().anyMatch((prefix) -> isBelow(name, prefix))) {
						names.add(ConfigurationPropertyName.adapt(name, '.'));
					}
				}
			}
		}
		for (ConfigurationPropertyName name : names) {
			refuse(name, this.environment.getPropertySources());
		}
	}

	private void refuse(ConfigurationPropertyName name, Iterable<PropertySource<?>> sources) {
		PropertySource<?> winner = first(name, sources);
		if (winner == null || isEarly(winner)) {
			return;
		}
		PropertySource<?> before = first(name, this.early);
		Object used = (before != null) ? value(before, name) : null;
		if (String.valueOf(used).equals(String.valueOf(value(winner, name)))) {
			return;
		}
		if (winner.getSource() instanceof ConfigManager) {
			logger.warn("Remote config sets '{}', and means nothing by it: the backend was open before it was read. "
					+ "Set it where it is known before", name);
			return;
		}
		throw new InvalidSettingException(name.toString(),
				"is set by '" + winner.getName() + "', which came when the backend was open already",
				"Set it where it is known before config is imported: in a file, an environment variable, an argument, "
						+ "or, for a test, with @SpringBootTest(properties = ...) or @TestPropertySource",
				null);
	}

	/** The one that counts. */
	private static @Nullable PropertySource<?> first(ConfigurationPropertyName name,
			Iterable<PropertySource<?>> sources) {
		for (PropertySource<?> source : sources) {
			if (value(source, name) != null) {
				return source;
			}
		}
		return null;
	}

	private boolean isEarly(PropertySource<?> source) {
		return this.early.stream().anyMatch((one) -> one == source);
	}

	private static boolean isBelow(String name, String prefix) {
		return name.equals(prefix) || name.startsWith(prefix + ".") || name.startsWith(prefix + "[");
	}

	/** As it was written: a placeholder may be something else each time. */
	private static @Nullable Object value(PropertySource<?> source, ConfigurationPropertyName name) {
		ConfigurationPropertySource properties = ConfigurationPropertySource.from(source);
		ConfigurationProperty found = (properties != null) ? properties.getConfigurationProperty(name) : null;
		return (found != null) ? found.getValue() : null;
	}

}
