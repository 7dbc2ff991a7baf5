package io.governance.boot.config;

import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.governance.config.ConfigSnapshot;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeanInstantiationException;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.core.DefaultParameterNameDiscoverer;

/**
 * Finds what a constructor of Kotlin lacks: a parameter that may not be null, or that has
 * no default. What is thrown then names no property.
 */
final class KotlinParameters {

	/** Both hold a name and no value. */
	private static final Pattern NAMED = Pattern
		.compile("Parameter specified as non-null is null: method .*, parameter (\\w+)"
				+ "|No argument provided for a required parameter: parameter #\\d+ (\\w+) of .*");

	private KotlinParameters() {
	}

	/**
	 * The properties of which at least one is missing.
	 * @param failure what was thrown
	 * @param snapshot the config that was bound
	 * @return the properties; none if it is not that which is wrong
	 */
	static List<String> missing(BindException failure, ConfigSnapshot snapshot) {
		for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
			Matcher named = NAMED.matcher(String.valueOf(cause.getMessage()));
			if (named.matches()) {
				return List.of(property(failure, (named.group(1) != null) ? named.group(1) : named.group(2)));
			}
			if (cause instanceof BeanInstantiationException instantiation && instantiation.getConstructor() != null
					&& cause.getCause() instanceof IllegalArgumentException refused && refused.getMessage() == null) {
				return unset(failure, instantiation.getConstructor(), snapshot);
			}
		}
		return List.of();
	}

	/** Reflection takes no null for a primitive parameter, and does not say which. */
	private static List<String> unset(BindException failure, Constructor<?> constructor, ConfigSnapshot snapshot) {
		@Nullable String @Nullable [] names = new DefaultParameterNameDiscoverer().getParameterNames(constructor);
		List<String> unset = new ArrayList<>();
		for (int i = 0; names != null && i < names.length; i++) {
			String name = names[i];
			if (name != null && constructor.getParameterTypes()[i].isPrimitive()
					&& snapshot.originOf(property(failure, name)) == null) {
				unset.add(property(failure, name));
			}
		}
		return unset;
	}

	private static String property(BindException failure, String parameter) {
		return failure.getName() + "." + BindFailure.dashed(parameter);
	}

}
