package io.governance.boot.configdata;

import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

import io.governance.config.ConfigChange;
import io.governance.config.ConfigOrigin;
import io.governance.config.ConfigSnapshot;
import io.governance.config.ConfigValidator;
import io.governance.config.ConfigValue;
import io.governance.config.InvalidConfigException;
import io.governance.config.RemotePolicy;
import org.jspecify.annotations.Nullable;

import org.springframework.core.env.ConfigurableEnvironment;

/**
 * Refuses values that are harmless each and make up an expression when placeholders are
 * replaced. An expression that stands in local config alone is the application's own.
 */
final class ExpressionCheck implements ConfigValidator {

	private static final String BEGIN = "#{";

	/** What no expression begins with, and what joins nothing to one. */
	private static final String NEUTRAL = "#\u0000{";

	private final ConfigurableEnvironment environment;

	private final Map<String, String> localValues;

	/**
	 * Creates a check.
	 * @param environment the environment
	 * @param localValues values with placeholders that are not remote, by their keys
	 */
	ExpressionCheck(ConfigurableEnvironment environment, Map<String, String> localValues) {
		this.environment = environment;
		this.localValues = localValues;
	}

	@Override
	public void validate(ConfigChange change) {
		check(change.after(), change.keys(), change::touches);
	}

	/**
	 * Checks all values of what was loaded at start.
	 * @throws io.governance.config.InvalidConfigException if one of them becomes an
	 * expression
	 */
	void check(ConfigSnapshot loaded) {
		check(loaded, loaded.values().keySet(), (key) -> true);
	}

	private void check(ConfigSnapshot snapshot, Set<String> keys, Predicate<String> concerned) {
		RemotePlaceholders placeholders = new RemotePlaceholders(this.environment, snapshot, ExpressionCheck::neutral,
				false);
		for (String key : keys) {
			ConfigValue value = snapshot.get(key);
			if (value != null && value.value() instanceof String text) {
				check(value.origin(), key, text, placeholders);
			}
		}
		this.localValues.forEach((key, text) -> {
			if (concerned.test(key)) {
				check(null, key, neutral(text), placeholders);
			}
		});
	}

	private static void check(@Nullable ConfigOrigin origin, String key, String text, RemotePlaceholders placeholders) {
		boolean expression;
		try {
			expression = becomesExpression(text, placeholders);
		}
		catch (InvalidConfigException ex) {
			throw new InvalidConfigException(origin, key, ex.reason(), null);
		}
		if (expression) {
			throw RemotePolicy.expression(origin, key);
		}
	}

	private static boolean becomesExpression(String text, RemotePlaceholders placeholders) {
		if (!text.contains("${")) {
			return false;
		}
		try {
			return String.valueOf(placeholders.resolve(text)).contains(BEGIN);
		}
		catch (RemotePlaceholders.AmbiguousKeyException ex) {
			// It may be one, and nobody writes such keys by accident.
			return true;
		}
		catch (IllegalArgumentException ex) {
			// Placeholders in a circle have no value: whoever reads them fails.
			return false;
		}
	}

	private static String neutral(String text) {
		return text.replace(BEGIN, NEUTRAL);
	}

}
