package io.governance.boot.loadbalancer;

import java.util.Set;
import java.util.function.Supplier;

import org.springframework.boot.context.properties.bind.Bindable;

import io.governance.boot.InvalidSettingException;
import io.governance.boot.config.SnapshotSettings;
import io.governance.config.ConfigChange;
import io.governance.config.ConfigObserver;
import io.governance.config.ConfigSnapshot;
import io.governance.config.ConfigValidator;
import io.governance.config.InvalidConfigException;

/**
 * Has balancers follow their properties while the application runs. Refuses a change that
 * cannot be used as a whole.
 */
final class BalancerSettingsReloader implements ConfigValidator, ConfigObserver {

	private static final String PREFIX = "governance.loadbalancer";

	/** After the properties beans, before what the application does on a change. */
	private static final int ORDER = -1000;

	private final Supplier<ConfiguredBalancers> balancers;

	private final Supplier<BalancerParts> parts;

	private final Supplier<SnapshotSettings> settings;

	BalancerSettingsReloader(Supplier<ConfiguredBalancers> balancers, Supplier<BalancerParts> parts,
			Supplier<SnapshotSettings> settings) {
		this.balancers = balancers;
		this.parts = parts;
		this.settings = settings;
	}

	@Override
	public String name() {
		return "the settings of load balancing";
	}

	@Override
	public Set<String> prefixes() {
		return Set.of(PREFIX);
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
		if (change.touches(PREFIX)) {
			try {
				this.parts.get().settings(properties(change.after()));
			}
			catch (InvalidSettingException ex) {
				throw new InvalidConfigException(null, ex.property(), ex.action(), ex);
			}
		}
	}

	/** Makes what is not there yet: it might be made of the properties of before. */
	@Override
	public void onChange(ConfigChange change) {
		this.balancers.get().properties(properties(change.after()));
	}

	private GovernanceLoadBalancerProperties properties(ConfigSnapshot snapshot) {
		return this.settings.get().bind(snapshot, PREFIX, Bindable.of(GovernanceLoadBalancerProperties.class));
	}

}
