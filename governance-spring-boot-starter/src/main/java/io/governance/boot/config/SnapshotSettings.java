package io.governance.boot.config;

import io.governance.config.ConfigManager;
import io.governance.config.ConfigSnapshot;
import org.springframework.boot.context.properties.bind.Bindable;

/**
 * Settings as they are with one snapshot: the whole environment, in which the remote
 * config is that of the snapshot. Only for the thread that applies a change.
 */
public final class SnapshotSettings {

	private final ConfigManager manager;

	private final SnapshotBinder binder;

	SnapshotSettings(ConfigManager manager, SnapshotBinder binder) {
		this.manager = manager;
		this.binder = binder;
	}

	/**
	 * Binds settings and holds them against their constraints.
	 * @param <T> the type of the settings
	 * @param snapshot the remote config
	 * @param prefix the prefix in canonical form
	 * @param target the type of the settings
	 * @return a new object
	 * @throws io.governance.config.InvalidConfigException if they cannot be bound or are
	 * not valid
	 */
	public <T> T bind(ConfigSnapshot snapshot, String prefix, Bindable<T> target) {
		return this.manager.showing(snapshot,
				() -> this.binder.bind(snapshot, prefix, target, BindRules.ofLive(target.getType().toClass())));
	}

}
