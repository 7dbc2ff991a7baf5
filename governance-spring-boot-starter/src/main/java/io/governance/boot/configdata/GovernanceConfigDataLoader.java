package io.governance.boot.configdata;

import java.util.List;

import org.springframework.boot.context.config.ConfigData;
import org.springframework.boot.context.config.ConfigDataLoader;
import org.springframework.boot.context.config.ConfigDataLoaderContext;

/**
 * Leaves a mark in the environment. The config itself is read when the environment is
 * complete, by {@link GovernanceEnvironmentPostProcessor}.
 */
final class GovernanceConfigDataLoader implements ConfigDataLoader<GovernanceConfigDataResource> {

	@Override
	public ConfigData load(ConfigDataLoaderContext context, GovernanceConfigDataResource resource) {
		return new ConfigData(List.of(new ImportMark(resource.optional())));
	}

}
