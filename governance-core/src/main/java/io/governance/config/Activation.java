package io.governance.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Decides which parts of a document hold, by their {@code spring.config.activate} keys.
 * Immutable.
 */
final class Activation {

	private static final String ACTIVATE = ConfigKeys.plain("spring.config.activate");

	private static final String ON_PROFILE = ConfigKeys.plain("spring.config.activate.on-profile");

	private static final String MALFORMED = "is not a profile expression, such as 'prod', '!prod', 'eu & prod' or "
			+ "'(eu | us) & prod'";

	private final @Nullable ActiveProfiles profiles;

	Activation(@Nullable ActiveProfiles profiles) {
		this.profiles = profiles;
	}

	/**
	 * The keys of those parts that hold, without their conditions.
	 * @param parts the parts, the lowest first
	 * @throws InvalidConfigException if a condition cannot be understood
	 */
	Map<String, ConfigValue> merge(List<Map<String, ConfigValue>> parts) {
		List<Map<String, ConfigValue>> active = new ArrayList<>();
		for (Map<String, ConfigValue> part : parts) {
			Map<String, ConfigValue> keys = keysIfActive(part);
			if (keys != null) {
				active.add(keys);
			}
		}
		return LayeredKeys.merge(active);
	}

	/**
	 * Checks the conditions of all parts, whether they hold or not.
	 * @param parts the parts
	 * @throws InvalidConfigException if a condition cannot be understood
	 */
	static void check(List<Map<String, ConfigValue>> parts) {
		parts.forEach((part) -> part.forEach((key, value) -> {
			if (isCondition(key)) {
				expressions(key, value);
			}
		}));
	}

	private @Nullable Map<String, ConfigValue> keysIfActive(Map<String, ConfigValue> part) {
		Map<String, ConfigValue> conditions = null;
		for (Map.Entry<String, ConfigValue> entry : part.entrySet()) {
			if (isCondition(entry.getKey())) {
				conditions = (conditions != null) ? conditions : new LinkedHashMap<>();
				conditions.put(entry.getKey(), entry.getValue());
			}
		}
		if (conditions == null) {
			return part;
		}
		Map<String, ConfigValue> keys = new LinkedHashMap<>(part);
		keys.keySet().removeAll(conditions.keySet());
		return holds(conditions) ? keys : null;
	}

	private static boolean isCondition(String key) {
		return ConfigKeys.first(key) == ACTIVATE.charAt(0) && ConfigKeys.mayBeBelow(key, ACTIVATE);
	}

	private boolean holds(Map<String, ConfigValue> conditions) {
		List<String> expressions = new ArrayList<>();
		conditions.forEach((key, value) -> expressions.addAll(expressions(key, value)));
		Map.Entry<String, ConfigValue> first = conditions.entrySet().iterator().next();
		if (this.profiles == null) {
			throw invalid(first.getKey(), first.getValue(),
					"cannot be decided here, where no profiles are known: name the document {name}-{profile} instead");
		}
		try {
			return this.profiles.accept(expressions);
		}
		catch (IllegalArgumentException ex) {
			throw invalid(first.getKey(), first.getValue(), MALFORMED);
		}
	}

	private static List<String> expressions(String key, ConfigValue value) {
		if (!ConfigKeys.isBelow(ConfigKeys.plain(key), ON_PROFILE)) {
			throw invalid(key, value,
					"is a condition that remote documents cannot have: only spring.config.activate.on-profile is known");
		}
		List<String> expressions = new ArrayList<>();
		for (String expression : String.valueOf(value.value()).split(",")) {
			if (expression.isBlank() || expression.contains("${")) {
				throw invalid(key, value, "needs the names of profiles, without placeholders");
			}
			if (!ProfileExpression.isWellFormed(expression)) {
				throw invalid(key, value, MALFORMED);
			}
			expressions.add(expression.trim());
		}
		return expressions;
	}

	private static InvalidConfigException invalid(String key, ConfigValue value, String reason) {
		return new InvalidConfigException(value.origin(), key, reason, null);
	}

}
