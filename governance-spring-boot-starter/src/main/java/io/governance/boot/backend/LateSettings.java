package io.governance.boot.backend;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;

import io.governance.boot.InvalidSettingException;
import org.jspecify.annotations.Nullable;
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
	 * Refuses what has come since and would be another value.
	 * @param prefixes of the settings that have been used
	 * @throws InvalidSettingException if there is such a setting
	 */
	void refuse(Collection<String> prefixes) {
		if (this.environment == null) {
			return;
		}
		for (PropertySource<?> source : this.environment.getPropertySources()) {
			if (source instanceof EnumerablePropertySource<?> late && !isEarly(source)) {
				for (String name : late.getPropertyNames()) {
					if (prefixes.stream().anyMatch((prefix) -> isBelow(name, prefix))) {
						refuse(ConfigurationPropertyName.adapt(name, '.'), source);
					}
				}
			}
		}
	}

	private void refuse(ConfigurationPropertyName name, PropertySource<?> late) {
		Object used = this.early.stream()
			.map((source) -> value(source, name))
			.filter(Objects::nonNull)
			.findFirst()
			.orElse(null);
		if (!Objects.equals(String.valueOf(used), String.valueOf(value(late, name)))) {
			throw new InvalidSettingException(name.toString(),
					"is set by '" + late.getName() + "', which came when the backend was open already",
					"Set it where it is known before config is imported: in a file, an environment variable, an argument, "
							+ "or, for a test, with @SpringBootTest(properties = ...) or @TestPropertySource",
					null);
		}
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
