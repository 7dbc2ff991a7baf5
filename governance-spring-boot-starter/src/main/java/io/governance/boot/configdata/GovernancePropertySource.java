package io.governance.boot.configdata;

import io.governance.config.ConfigManager;
import io.governance.config.ConfigSnapshot;
import io.governance.config.ConfigValue;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.origin.Origin;
import org.springframework.boot.origin.OriginLookup;
import org.springframework.core.env.EnumerablePropertySource;

/**
 * All remote config as one live property source: it always shows the snapshot that the
 * calling thread should see. Reading takes no lock. Thread-safe.
 */
public final class GovernancePropertySource extends EnumerablePropertySource<ConfigManager>
		implements OriginLookup<String> {

	/** The name of the property source. */
	public static final String NAME = "governance";

	private volatile Names names = new Names(ConfigSnapshot.EMPTY);

	/**
	 * A property source of everything that a manager holds.
	 * @param manager the manager
	 */
	public GovernancePropertySource(ConfigManager manager) {
		super(NAME, manager);
	}

	@Override
	public @Nullable Object getProperty(String name) {
		ConfigValue value = getSource().visible().get(name);
		return (value != null) ? value.value() : null;
	}

	@Override
	public boolean containsProperty(String name) {
		return getSource().visible().get(name) != null;
	}

	/**
	 * The names in force. A candidate's names are not shown to anybody, since Boot caches
	 * them for all threads.
	 */
	@Override
	public String[] getPropertyNames() {
		ConfigSnapshot current = getSource().current();
		Names known = this.names;
		if (known.snapshot != current) {
			known = new Names(current);
			this.names = known;
		}
		return known.array;
	}

	@Override
	public @Nullable Origin getOrigin(String key) {
		ConfigValue value = getSource().visible().get(key);
		return (value != null) ? new RemoteOrigin(value.origin()) : null;
	}

	private static final class Names {

		private final ConfigSnapshot snapshot;

		private final String[] array;

		Names(ConfigSnapshot snapshot) {
			this.snapshot = snapshot;
			this.array = snapshot.values().keySet().toArray(String[]::new);
		}

	}

}
