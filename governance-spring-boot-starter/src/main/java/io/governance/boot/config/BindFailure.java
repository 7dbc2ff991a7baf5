package io.governance.boot.config;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import io.governance.boot.configdata.RemoteOrigin;
import io.governance.config.ConfigOrigin;
import io.governance.config.ConfigSnapshot;
import io.governance.config.InvalidConfigException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.UnboundConfigurationPropertiesException;
import org.springframework.boot.context.properties.bind.validation.BindValidationException;
import org.springframework.boot.context.properties.bind.validation.ValidationErrors;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.origin.Origin;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.convert.ConversionFailedException;
import org.springframework.core.convert.ConverterNotFoundException;
import org.springframework.util.ClassUtils;
import org.springframework.validation.FieldError;
import org.springframework.validation.ObjectError;

/**
 * Says what is wrong with a property in the words of whoever wrote it. Boot's own
 * messages show the value, ours never: where it is a secret, neither do the words of a
 * constraint, nor is there a cause.
 */
final class BindFailure {

	private BindFailure() {
	}

	static InvalidConfigException translate(BindException failure, ConfigSnapshot snapshot) {
		for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
			if (cause instanceof BindValidationException validation) {
				return violation(validation.getValidationErrors(), snapshot, failure);
			}
			if (cause instanceof ConversionException conversion) {
				return problem(failure, snapshot, "cannot be converted to " + targetOf(conversion));
			}
			if (cause instanceof UnboundConfigurationPropertiesException unknown) {
				return unknown(unknown, snapshot, failure);
			}
			if (cause instanceof InvalidConfigException invalid) {
				return invalid;
			}
		}
		String type = ClassUtils.getShortName(failure.getTarget().getType().toClass());
		List<String> missing = KotlinParameters.missing(failure, snapshot);
		if (!missing.isEmpty()) {
			return problem(failure, snapshot,
					"cannot be bound to " + type + ": " + ((missing.size() > 1) ? "one of " : "")
							+ missing.stream().collect(Collectors.joining("', '", "'", "'")) + " is missing");
		}
		return problem(failure, snapshot, "cannot be bound to " + type + ": " + rootName(failure));
	}

	private static InvalidConfigException problem(BindException failure, ConfigSnapshot snapshot, String reason) {
		Origin origin = (failure.getProperty() != null) ? failure.getProperty().getOrigin() : null;
		String key = failure.getName().toString();
		return new InvalidConfigException(placeOf(origin, key, snapshot), key, reason,
				causeOf(failure, snapshot.isSecret(key), snapshot));
	}

	private static InvalidConfigException unknown(UnboundConfigurationPropertiesException unknown,
			ConfigSnapshot snapshot, BindException failure) {
		List<ConfigurationProperty> all = unknown.getUnboundProperties()
			.stream()
			.sorted((one, other) -> Boolean.compare(isRemote(other), isRemote(one)))
			.toList();
		String key = all.get(0).getName().toString();
		String others = all.stream()
			.skip(1)
			.map((one) -> ", nor is '" + one.getName() + "'")
			.collect(Collectors.joining());
		boolean secret = all.stream().anyMatch((one) -> snapshot.isSecret(one.getName().toString()));
		return new InvalidConfigException(placeOf(all.get(0).getOrigin(), key, snapshot), key,
				"is no property of " + ClassUtils.getShortName(failure.getTarget().getType().toClass()) + others
						+ ": mend or remove it, since unknown fields are not ignored there",
				causeOf(failure, secret, snapshot));
	}

	private static boolean isRemote(ConfigurationProperty property) {
		return property.getOrigin() instanceof RemoteOrigin;
	}

	private static @Nullable Throwable causeOf(BindException failure, boolean secret, ConfigSnapshot snapshot) {
		boolean shows = secret;
		for (Throwable cause = failure; cause != null && !shows; cause = cause.getCause()) {
			shows = snapshot.reveals(String.valueOf(cause.getMessage()));
		}
		return shows ? null : failure;
	}

	private static InvalidConfigException violation(ValidationErrors errors, ConfigSnapshot snapshot,
			BindException failure) {
		List<ObjectError> all = errors.getAllErrors()
			.stream()
			.sorted((one, other) -> keyOf(errors, one).compareTo(keyOf(errors, other)))
			.toList();
		ObjectError first = all.get(0);
		String key = keyOf(errors, first);
		String reason = wordsOf(first, key, snapshot) + all.stream()
			.skip(1)
			.map((error) -> "; '" + keyOf(errors, error) + "' " + wordsOf(error, keyOf(errors, error), snapshot))
			.collect(Collectors.joining());
		Origin origin = Origin.from(first);
		ConfigOrigin place = placeOf(origin, key, snapshot);
		if (place == null) {
			reason += (origin != null) ? " (it is set in " + origin + ")" : " (it is missing)";
		}
		boolean secret = all.stream().anyMatch((error) -> snapshot.isSecret(keyOf(errors, error)));
		return new InvalidConfigException(place, key, reason, causeOf(failure, secret, snapshot));
	}

	/**
	 * The message of a constraint may show the value that it refuses.
	 */
	private static String wordsOf(ObjectError error, String key, ConfigSnapshot snapshot) {
		String words = String.valueOf(error.getDefaultMessage());
		return (snapshot.isSecret(key) || snapshot.reveals(words)) ? "violates the constraint " + error.getCode()
				: words;
	}

	private static String keyOf(ValidationErrors errors, ObjectError error) {
		ConfigurationPropertyName name = errors.getName();
		if (error instanceof FieldError field) {
			String path = dashed(field.getField());
			return path.startsWith("[") ? name + path : name + "." + path;
		}
		return name.toString();
	}

	static String dashed(String name) {
		return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
	}

	private static @Nullable ConfigOrigin placeOf(@Nullable Origin origin, String key, ConfigSnapshot snapshot) {
		return (origin instanceof RemoteOrigin remote) ? remote.place() : snapshot.originOf(key);
	}

	private static String targetOf(ConversionException failure) {
		if (failure instanceof ConversionFailedException failed) {
			return ClassUtils.getShortName(failed.getTargetType().getType());
		}
		if (failure instanceof ConverterNotFoundException missing) {
			return ClassUtils.getShortName(missing.getTargetType().getType());
		}
		return "its type";
	}

	private static String rootName(Throwable failure) {
		Throwable root = failure;
		while (root.getCause() != null) {
			root = root.getCause();
		}
		return root.getClass().getSimpleName();
	}

}
