package io.governance.boot.config;

import java.util.Map;
import java.util.function.BiConsumer;

import io.governance.boot.configdata.RemoteOrigin;
import io.governance.config.ConfigValue;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.env.PropertySourceInfo;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.core.env.EnumerablePropertySource;

/**
 * Some keys of one snapshot as a property source that never changes.
 */
final class SnapshotPropertySource extends EnumerablePropertySource<Map<String, ConfigValue>>
		implements OriginLookup<String>, PropertySourceInfo {

	private final BiConsumer<String, ConfigValue> check;

	/**
	 * A property source of some values.
	 * @param values the values by their keys
	 * @param check called for each value that is read; may throw
	 */
	SnapshotPropertySource(Map<String, ConfigValue> values, BiConsumer<String, ConfigValue> check) {
		super("governance snapshot", values);
		this.check = check;
	}

	@Override
	public String[] getPropertyNames() {
		return getSource().keySet().toArray(String[]::new);
	}

	@Override
	public @Nullable Object getProperty(String name) {
		ConfigValue value = getSource().get(name);
		if (value == null) {
			return null;
		}
		this.check.accept(name, value);
		return value.value();
	}

	@Override
	public @Nullable Origin getOrigin(String key) {
		ConfigValue value = getSource().get(key);
		return (value != null) ? new RemoteOrigin(value.origin()) : null;
	}

	@Override
	public boolean isImmutable() {
		return true;
	}

}
