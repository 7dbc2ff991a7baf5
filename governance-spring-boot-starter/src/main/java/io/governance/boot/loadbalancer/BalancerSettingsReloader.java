package io.governance.boot.loadbalancer;

import io.governance.boot.InvalidSettingException;
import io.governance.boot.config.OnConfigChange;
import io.governance.config.InvalidConfigException;

/**
 * Has balancers follow their properties while the application runs. Refuses a change that
 * cannot be used as a whole.
 */
final class BalancerSettingsReloader {

	private final ConfiguredBalancers settings;

	private final ServiceBalancers balancers;

	BalancerSettingsReloader(ConfiguredBalancers settings, ServiceBalancers balancers) {
		this.settings = settings;
		this.balancers = balancers;
	}

	@OnConfigChange("governance.loadbalancer")
	void propertiesChanged(GovernanceLoadBalancerProperties properties) {
		try {
			this.settings.properties(properties);
		}
		catch (InvalidSettingException ex) {
			throw new InvalidConfigException(null, ex.property(), ex.action(), ex);
		}
		this.balancers.refreshSettings();
	}

}
