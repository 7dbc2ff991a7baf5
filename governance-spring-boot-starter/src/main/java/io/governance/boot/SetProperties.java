package io.governance.boot;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.core.env.Environment;

/**
 * The properties that somebody has set. What nobody has set is right by itself, and need
 * not be bound before it is used.
 */
public final class SetProperties {

	private final Iterable<ConfigurationPropertySource> sources;

	/**
	 * Creates a view of an environment.
	 * @param environment the environment
	 */
	public SetProperties(Environment environment) {
		this.sources = ConfigurationPropertySources.get(environment);
	}

	/**
	 * Whether there may be a property below a name.
	 * @param prefix the name, such as {@code governance.call}
	 * @return {@code false} if there is certainly none
	 */
	public boolean areBelow(String prefix) {
		ConfigurationPropertyName name = ConfigurationPropertyName.of(prefix);
		for (ConfigurationPropertySource source : this.sources) {
			if (source.containsDescendantOf(name) != ConfigurationPropertyState.ABSENT) {
				return true;
			}
		}
		return false;
	}

}
