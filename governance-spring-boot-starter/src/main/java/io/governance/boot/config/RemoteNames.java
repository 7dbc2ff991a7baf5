package io.governance.boot.config;

import java.util.Set;

import io.governance.boot.configdata.GovernancePropertySource;
import io.governance.config.ConfigChange;
import io.governance.config.ConfigObserver;
import io.governance.config.ConfigValidator;

import org.springframework.boot.context.properties.source.ConfigurationPropertyCaching;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.PropertySource;

/**
 * Has Spring Boot read the names of remote properties anew at each change. It does so by
 * itself but while it binds; of two bindings that overlap on two threads, the one that
 * began later keeps it from doing so ever again when it ends later, too.
 */
final class RemoteNames implements ConfigValidator, ConfigObserver, Ordered {

	private final ConfigurableEnvironment environment;

	RemoteNames(ConfigurableEnvironment environment) {
		this.environment = environment;
	}

	@Override
	public String name() {
		return "names of properties";
	}

	@Override
	public Set<String> prefixes() {
		return Set.of();
	}

	@Override
	public int order() {
		return Integer.MIN_VALUE;
	}

	/** Before all others, who may read the environment. */
	@Override
	public int getOrder() {
		return HIGHEST_PRECEDENCE;
	}

	@Override
	public boolean atStart() {
		return false;
	}

	@Override
	public void validate(ConfigChange change) {
		readAnew();
	}

	@Override
	public void onChange(ConfigChange change) {
		readAnew();
	}

	private void readAnew() {
		PropertySource<?> source = this.environment.getPropertySources().get(GovernancePropertySource.NAME);
		if (source instanceof GovernancePropertySource remote) {
			ConfigurationPropertyCaching.get(this.environment, remote).disable();
		}
	}

}
