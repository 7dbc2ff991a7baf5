package io.governance.boot.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.governance.boot.configdata.GovernancePropertySource;
import io.governance.config.ConfigSnapshot;
import io.governance.config.InvalidConfigException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.IgnoreTopLevelConverterNotFoundBindHandler;
import org.springframework.boot.context.properties.bind.validation.ValidationBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.validation.Validator;

/**
 * Binds and validates typed values against one snapshot: the whole environment, in which
 * the remote config is that of the snapshot. Boot's own view of a live property source
 * caches names for all threads, so a candidate is never bound through it.
 */
final class SnapshotBinder {

	private final ConfigurableEnvironment environment;

	private final Supplier<@Nullable Validator> validator;

	SnapshotBinder(ConfigurableEnvironment environment, Supplier<@Nullable Validator> validator) {
		this.environment = environment;
		this.validator = validator;
	}

	/**
	 * Binds a value.
	 * @param validate whether to hold it against its constraints
	 * @throws InvalidConfigException if it cannot be bound or violates a constraint
	 */
	<T> T bind(ConfigSnapshot snapshot, String prefix, Bindable<T> target, boolean validate) {
		Binder binder = new Binder(sources(snapshot, prefix),
				new PropertySourcesPlaceholdersResolver(this.environment));
		BindHandler handler = new IgnoreTopLevelConverterNotFoundBindHandler();
		@Nullable Validator found = validate ? this.validator.get() : null;
		if (found != null) {
			handler = new ValidationBindHandler(handler, found);
		}
		try {
			if (Map.class.equals(target.getType().resolve()) || List.class.equals(target.getType().resolve())) {
				return binder.bind(prefix, target, handler).orElseGet(() -> empty(target));
			}
			return binder.bindOrCreate(prefix, target, handler);
		}
		catch (BindException ex) {
			throw BindFailure.translate(ex, snapshot);
		}
	}

	@SuppressWarnings("unchecked")
	private static <T> T empty(Bindable<T> target) {
		return (T) (Map.class.equals(target.getType().resolve()) ? Map.of() : List.of());
	}

	private List<ConfigurationPropertySource> sources(ConfigSnapshot snapshot, String prefix) {
		List<ConfigurationPropertySource> sources = new ArrayList<>();
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			if (source.getUnderlyingSource() instanceof GovernancePropertySource) {
				ConfigurationPropertySource remote = ConfigurationPropertySource
					.from(new SnapshotPropertySource(snapshot.below(prefix)));
				if (remote != null) {
					sources.add(remote);
				}
			}
			else {
				sources.add(source);
			}
		}
		return sources;
	}

}
