package io.governance.boot.config;

import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.springframework.boot.context.properties.bind.Bindable;

import io.governance.boot.InvalidSettingException;
import io.governance.config.ConfigChange;
import io.governance.config.ConfigObserver;
import io.governance.config.ConfigSnapshot;
import io.governance.config.ConfigValidator;
import io.governance.config.ConfigValue;
import io.governance.config.InvalidConfigException;

/**
 * Has a part of this library follow its own properties while the application runs.
 * Refuses a change that the part cannot use as a whole.
 *
 * @param <T> the type of the properties
 */
public final class PropertiesFollower<T> implements ConfigValidator, ConfigObserver {

	/** After the properties beans, before what the application does on a change. */
	private static final int ORDER = -1000;

	private final String name;

	private final String prefix;

	private final Bindable<T> type;

	private final Supplier<SnapshotSettings> settings;

	private final Consumer<T> check;

	private final Consumer<T> part;

	/**
	 * Creates a follower.
	 * @param name what follows, such as {@code the settings of load balancing}
	 * @param prefix the prefix of its properties in canonical form
	 * @param type the type of its properties
	 * @param settings gives what binds them
	 * @param check throws an {@link InvalidSettingException} for properties that cannot
	 * be used
	 * @param part takes over properties that were checked; makes what is not there yet,
	 * since that might be made of the properties of before
	 */
	public PropertiesFollower(String name, String prefix, Class<T> type, Supplier<SnapshotSettings> settings,
			Consumer<T> check, Consumer<T> part) {
		this.name = name;
		this.prefix = prefix;
		this.type = Bindable.of(type);
		this.settings = settings;
		this.check = check;
		this.part = part;
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public Set<String> prefixes() {
		return Set.of(this.prefix);
	}

	@Override
	public int order() {
		return ORDER;
	}

	/** At start, what is set was checked. */
	@Override
	public boolean atStart() {
		return false;
	}

	@Override
	public void validate(ConfigChange change) {
		if (change.touches(this.prefix)) {
			try {
				this.check.accept(properties(change.after()));
			}
			catch (InvalidSettingException ex) {
				throw refusal(change.after(), ex);
			}
		}
	}

	/** Names the document, but not the value, which the problem may quote. */
	static InvalidConfigException refusal(ConfigSnapshot snapshot, InvalidSettingException ex) {
		ConfigValue value = snapshot.get(ex.property());
		return new InvalidConfigException((value != null) ? value.origin() : null, ex.property(), ex.action(), ex);
	}

	@Override
	public void onChange(ConfigChange change) {
		this.part.accept(properties(change.after()));
	}

	private T properties(ConfigSnapshot snapshot) {
		return this.settings.get().bind(snapshot, this.prefix, this.type);
	}

}
