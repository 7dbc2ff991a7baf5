package io.governance.boot.config;

import java.time.temporal.TemporalAmount;
import java.util.ArrayList;
import java.util.Collection;
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
import org.springframework.beans.BeanUtils;
import org.springframework.beans.PropertyEditorRegistry;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.IgnoreErrorsBindHandler;
import org.springframework.boot.context.properties.bind.handler.IgnoreTopLevelConverterNotFoundBindHandler;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.bind.validation.ValidationBindHandler;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.CollectionFactory;
import org.springframework.core.ResolvableType;
import org.springframework.core.convert.ConversionService;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.Errors;
import org.springframework.validation.Validator;

/**
 * Binds and validates typed values against one snapshot: the whole environment, in which
 * the remote config is that of the snapshot. Boot's own view of a live property source
 * caches names for all threads, so a candidate is never bound through it.
 */
final class SnapshotBinder {

	private final ConfigurableEnvironment environment;

	private final Supplier<@Nullable Validator> validator;

	private final Supplier<@Nullable Validator> configured;

	private final Supplier<List<ConversionService>> conversion;

	private final @Nullable Consumer<PropertyEditorRegistry> editors;

	/** A binder for before there are beans, which knows the converters of all. */
	SnapshotBinder(ConfigurableEnvironment environment, Supplier<@Nullable Validator> validator) {
		this(environment, validator, () -> null, () -> List.of(ApplicationConversionService.getSharedInstance()), null);
	}

	/**
	 * Creates a binder.
	 * @param validator holds values against their constraints
	 * @param configured the validator of the application for all that has
	 * {@code @ConfigurationProperties}
	 * @param conversion the conversion services, in the order in which they are asked
	 * @param editors registers the property editors of the application
	 */
	SnapshotBinder(ConfigurableEnvironment environment, Supplier<@Nullable Validator> validator,
			Supplier<@Nullable Validator> configured, Supplier<List<ConversionService>> conversion,
			@Nullable Consumer<PropertyEditorRegistry> editors) {
		this.environment = environment;
		this.validator = validator;
		this.configured = configured;
		this.conversion = conversion;
		this.editors = editors;
	}

	/**
	 * Binds a value.
	 * @param rules what is asked of it
	 * @throws InvalidConfigException if it cannot be bound, is not as the rules ask, or
	 * refers to something that is not there
	 */
	<T> T bind(ConfigSnapshot snapshot, String prefix, Bindable<T> target, BindRules rules) {
		RemotePlaceholders placeholders = new RemotePlaceholders(this.environment, snapshot);
		return bind(snapshot, prefix, target, rules, placeholders,
				(key, value) -> checkPlaceholders(snapshot, placeholders, key, value));
	}

	/**
	 * Binds a value as Spring Boot does at start, which leaves placeholders that cannot
	 * be resolved as they are.
	 */
	<T> T bindAsBootDoes(ConfigSnapshot snapshot, String prefix, Bindable<T> target, BindRules rules) {
		return bind(snapshot, prefix, target, rules, new RemotePlaceholders(this.environment, snapshot),
				(key, value) -> {
				});
	}

	/**
	 * One value, of what has been bound as part of a whole already.
	 * @return what the key is bound to, {@code null} if to nothing
	 */
	@Nullable Object value(ConfigSnapshot snapshot, String key, Bindable<?> target) {
		try {
			return binder(snapshot, key, new RemotePlaceholders(this.environment, snapshot), (found, value) -> {
			}).bind(key, target, new IgnoreTopLevelConverterNotFoundBindHandler()).orElse(null);
		}
		catch (BindException ex) {
			return null;
		}
	}

	/**
	 * Refuses what cannot be resolved, unless the same could not be resolved before.
	 */
	private void checkPlaceholders(ConfigSnapshot snapshot, RemotePlaceholders placeholders, String key,
			ConfigValue value) {
		try {
			if (placeholders.resolvable(value.value())) {
				return;
			}
		}
		catch (InvalidConfigException ex) {
			throw new InvalidConfigException(value.origin(), key, ex.reason(), null);
		}
		if (!wasUnresolvable(snapshot, key, value)) {
			throw new InvalidConfigException(value.origin(), key,
					"has a placeholder that cannot be resolved: publish what it refers to, give it a default as in ${name:default}, or write \\${ for the text itself; one that leads back to its own property has no value, not even its default",
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

	private <T> T bind(ConfigSnapshot snapshot, String prefix, Bindable<T> target, BindRules rules,
			RemotePlaceholders placeholders, BiConsumer<String, ConfigValue> check) {
		Binder binder = binder(snapshot, prefix, placeholders, check);
		BindHandler handler = handler(target.getType().toClass(), rules);
		try {
			Class<?> type = target.getType().toClass();
			if (Map.class.isAssignableFrom(type) || Collection.class.isAssignableFrom(type)) {
				return binder.bind(prefix, target, handler).orElseGet(() -> empty(target.getType()));
			}
			if (isScalar(type)) {
				return binder.bind(prefix, target, handler).orElseThrow(() -> missing(prefix));
			}
			return binder.bindOrCreate(prefix, target, handler);
		}
		catch (BindException ex) {
			throw BindFailure.translate(ex, snapshot);
		}
	}

	/** What cannot be made of nothing. */
	private static boolean isScalar(Class<?> type) {
		return type != String.class && (BeanUtils.isSimpleValueType(type) || TemporalAmount.class.isAssignableFrom(type)
				|| type == DataSize.class || type.isArray());
	}

	private static InvalidConfigException missing(String key) {
		return new InvalidConfigException(null, key, "is missing, and there is a value that is bound to it", null);
	}

	private Binder binder(ConfigSnapshot snapshot, String prefix, RemotePlaceholders placeholders,
			BiConsumer<String, ConfigValue> check) {
		return new Binder(sources(snapshot, prefix, check), placeholders::resolve, this.conversion.get(), this.editors,
				null, null);
	}

	/** As Spring Boot puts it together. */
	private BindHandler handler(Class<?> type, BindRules rules) {
		BindHandler handler = new IgnoreTopLevelConverterNotFoundBindHandler();
		if (rules.lenient()) {
			handler = new IgnoreErrorsBindHandler(handler);
		}
		if (rules.strict()) {
			handler = new NoUnboundElementsBindHandler(handler, new UnboundElementsSourceFilter());
		}
		List<Validator> validators = rules.checked() ? validators(type, rules) : List.of();
		return validators.isEmpty() ? handler
				: new ValidationBindHandler(handler, validators.toArray(Validator[]::new));
	}

	private List<Validator> validators(Class<?> type, BindRules rules) {
		List<Validator> validators = new ArrayList<>();
		@Nullable Validator constraints = rules.constrained() ? this.validator.get() : null;
		if (constraints != null) {
			validators.add(constraints);
		}
		@Nullable Validator configured = rules.declared() ? this.configured.get() : null;
		if (configured != null) {
			validators.add(configured);
		}
		if (Validator.class.isAssignableFrom(type)) {
			validators.add(new OwnValidation(type));
		}
		return validators;
	}

	@SuppressWarnings("unchecked")
	private static <T> T empty(ResolvableType type) {
		Class<?> kind = type.toClass();
		return (T) (Map.class.isAssignableFrom(kind)
				? CollectionFactory.createMap(kind, type.asMap().getGeneric(0).resolve(), 0)
				: CollectionFactory.createCollection(kind, type.asCollection().getGeneric(0).resolve(), 0));
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

	/**
	 * Properties that check themselves.
	 *
	 * @param type their type
	 */
	private record OwnValidation(Class<?> type) implements Validator {

		@Override
		public boolean supports(Class<?> candidate) {
			return candidate == this.type;
		}

		@Override
		public void validate(Object target, Errors errors) {
			((Validator) target).validate(target, errors);
		}

	}

}
