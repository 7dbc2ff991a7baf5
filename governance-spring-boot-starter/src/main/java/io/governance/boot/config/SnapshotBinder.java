package io.governance.boot.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;

import io.governance.boot.configdata.GovernancePropertySource;
import io.governance.boot.configdata.RemotePlaceholders;
import io.governance.config.ConfigSnapshot;
import io.governance.config.ConfigValue;
import io.governance.config.InvalidConfigException;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.PropertyEditorRegistry;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.IgnoreTopLevelConverterNotFoundBindHandler;
import org.springframework.boot.context.properties.bind.validation.ValidationBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.convert.ConversionService;
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

	private final Supplier<List<ConversionService>> conversion;

	private final @Nullable Consumer<PropertyEditorRegistry> editors;

	/** A binder for before there are beans, which knows the converters of all. */
	SnapshotBinder(ConfigurableEnvironment environment, Supplier<@Nullable Validator> validator) {
		this(environment, validator, () -> List.of(ApplicationConversionService.getSharedInstance()), null);
	}

	/**
	 * Creates a binder.
	 * @param conversion the conversion services, in the order in which they are asked
	 * @param editors registers the property editors of the application
	 */
	SnapshotBinder(ConfigurableEnvironment environment, Supplier<@Nullable Validator> validator,
			Supplier<List<ConversionService>> conversion, @Nullable Consumer<PropertyEditorRegistry> editors) {
		this.environment = environment;
		this.validator = validator;
		this.conversion = conversion;
		this.editors = editors;
	}

	/**
	 * Binds a value.
	 * @param validate whether to hold it against its constraints
	 * @throws InvalidConfigException if it cannot be bound, violates a constraint, or
	 * refers to something that is not there
	 */
	<T> T bind(ConfigSnapshot snapshot, String prefix, Bindable<T> target, boolean validate) {
		RemotePlaceholders placeholders = new RemotePlaceholders(this.environment, snapshot);
		return bind(snapshot, prefix, target, validate, placeholders,
				(key, value) -> checkPlaceholders(snapshot, placeholders, key, value));
	}

	/**
	 * Binds a value as Spring Boot does at start, which leaves placeholders that cannot
	 * be resolved as they are.
	 */
	<T> T bindAsBootDoes(ConfigSnapshot snapshot, String prefix, Bindable<T> target, boolean validate) {
		return bind(snapshot, prefix, target, validate, new RemotePlaceholders(this.environment, snapshot),
				(key, value) -> {
				});
	}

	/**
	 * Refuses what cannot be resolved, unless the same could not be resolved before.
	 */
	private void checkPlaceholders(ConfigSnapshot snapshot, RemotePlaceholders placeholders, String key,
			ConfigValue value) {
		if (placeholders.resolvable(value.value())) {
			return;
		}
		if (!wasUnresolvable(snapshot, key, value)) {
			throw new InvalidConfigException(value.origin(), key,
					"has a placeholder that cannot be resolved: publish what it refers to, give it a default as in ${name:default}, or write \\${ for the text itself",
					null);
		}
	}

	private boolean wasUnresolvable(ConfigSnapshot snapshot, String key, ConfigValue value) {
		if (!(this.environment.getPropertySources()
			.get(GovernancePropertySource.NAME) instanceof GovernancePropertySource live)) {
			return false;
		}
		ConfigSnapshot inForce = live.getSource().current();
		ConfigValue before = (inForce != snapshot) ? inForce.get(key) : null;
		return before != null && before.value().equals(value.value())
				&& !new RemotePlaceholders(this.environment, inForce).resolvable(before.value());
	}

	private <T> T bind(ConfigSnapshot snapshot, String prefix, Bindable<T> target, boolean validate,
			RemotePlaceholders placeholders, BiConsumer<String, ConfigValue> check) {
		Binder binder = new Binder(sources(snapshot, prefix, check), placeholders::resolve, this.conversion.get(),
				this.editors, null, null);
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

	private List<ConfigurationPropertySource> sources(ConfigSnapshot snapshot, String prefix,
			BiConsumer<String, ConfigValue> check) {
		List<ConfigurationPropertySource> sources = new ArrayList<>();
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(this.environment)) {
			if (source.getUnderlyingSource() instanceof GovernancePropertySource) {
				ConfigurationPropertySource remote = ConfigurationPropertySource
					.from(new SnapshotPropertySource(snapshot.below(prefix), check));
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
