package io.governance.boot.configdata;

import java.util.List;

import org.springframework.boot.bootstrap.BootstrapRegistry.InstanceSupplier;
import org.springframework.boot.context.config.ConfigDataLocation;
import org.springframework.boot.context.config.ConfigDataLocationResolver;
import org.springframework.boot.context.config.ConfigDataLocationResolverContext;
import org.springframework.util.ClassUtils;

/**
 * Understands {@code governance:} in {@code spring.config.import}.
 */
final class GovernanceConfigDataLocationResolver implements ConfigDataLocationResolver<GovernanceConfigDataResource> {

	private static final String PREFIX = "governance:";

	@Override
	public boolean isResolvable(ConfigDataLocationResolverContext context, ConfigDataLocation location) {
		return location.hasPrefix(PREFIX);
	}

	@Override
	public List<GovernanceConfigDataResource> resolve(ConfigDataLocationResolverContext context,
			ConfigDataLocation location) {
		if (!location.getNonPrefixedValue(PREFIX).isEmpty()) {
			throw new IllegalArgumentException("spring.config.import has '" + location
					+ "': write just 'governance:', the documents follow from the application's name and profiles");
		}
		prepare(context);
		return List.of(new GovernanceConfigDataResource(location.isOptional()));
	}

	private static void prepare(ConfigDataLocationResolverContext context) {
		if (!context.getBootstrapContext().isRegistered(StartupClasses.class)) {
			StartupClasses
				.of(context.getBinder(), ClassUtils.getDefaultClassLoader(), Runtime.getRuntime().availableProcessors())
				.ifPresent((classes) -> {
					context.getBootstrapContext().register(StartupClasses.class, InstanceSupplier.of(classes));
					classes.begin();
				});
		}
	}

}
