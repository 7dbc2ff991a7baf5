package io.governance.boot.configdata;

import java.util.LinkedHashSet;
import java.util.Set;

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

	private static final Names NONE = new Names(ConfigSnapshot.EMPTY, ConfigSnapshot.EMPTY);

	private volatile Names names = NONE;

	private volatile Names candidates = NONE;

	private volatile boolean closed;

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
	 * The names in force; to the thread that checks a candidate, those of the candidate
	 * as well. Boot keeps what it derives from them for all threads, so a name that the
	 * candidate has no more stays until the candidate is in force. It has no value.
	 */
	@Override
	public String[] getPropertyNames() {
		ConfigSnapshot current = getSource().current();
		ConfigSnapshot visible = getSource().visible();
		if (visible != current) {
			Names known = this.candidates;
			if (!known.of(current, visible)) {
				known = new Names(current, visible);
				this.candidates = known;
			}
			return known.array;
		}
		Names known = this.names;
		if (!known.of(current, current)) {
			known = new Names(current, current);
			this.names = known;
			this.candidates = NONE;
		}
		return known.array;
	}

	@Override
	public @Nullable Origin getOrigin(String key) {
		ConfigValue value = getSource().visible().get(key);
		return (value != null) ? new RemoteOrigin(value.origin()) : null;
	}

	/** What it shows is what was last in force, for whoever reads it after the end. */
	void close() {
		this.closed = true;
	}

	boolean isClosed() {
		return this.closed;
	}

	private static final class Names {

		private final ConfigSnapshot current;

		private final ConfigSnapshot visible;

		private final String[] array;

		Names(ConfigSnapshot current, ConfigSnapshot visible) {
			this.current = current;
			this.visible = visible;
			Set<String> names = new LinkedHashSet<>(current.values().keySet());
			names.addAll(visible.values().keySet());
			this.array = names.toArray(String[]::new);
		}

		boolean of(ConfigSnapshot current, ConfigSnapshot visible) {
			return this.current == current && this.visible == visible;
		}

	}

}
