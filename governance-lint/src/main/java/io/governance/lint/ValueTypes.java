package io.governance.lint;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.Charset;
import java.time.Duration;
import java.time.Period;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.governance.internal.Spelling;

import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

/**
 * Tells whether a value fits a type, as Spring Boot converts it. What it does not know it
 * lets pass.
 */
final class ValueTypes {

	private static final Map<String, Class<?>> KNOWN = Stream
		.of(Boolean.class, Byte.class, Short.class, Integer.class, Long.class, Float.class, Double.class,
				Character.class, BigDecimal.class, BigInteger.class, Duration.class, Period.class, DataSize.class,
				Charset.class, UUID.class, Pattern.class)
		.collect(Collectors.toUnmodifiableMap(Class::getName, Function.identity()));

	private static final Map<Class<?>, String> WANTED = Map.ofEntries(Map.entry(Boolean.class, "true or false"),
			Map.entry(Byte.class, "a whole number from -128 to 127"),
			Map.entry(Short.class, "a whole number from -32768 to 32767"),
			Map.entry(Integer.class, "a whole number from -2147483648 to 2147483647"),
			Map.entry(Long.class, "a whole number"), Map.entry(BigInteger.class, "a whole number"),
			Map.entry(Float.class, "a number"), Map.entry(Double.class, "a number"),
			Map.entry(BigDecimal.class, "a number"), Map.entry(Character.class, "one character"),
			Map.entry(Duration.class, "a duration such as 500ms, 10s, 5m or PT1H"),
			Map.entry(Period.class, "a period such as 10d, 2w or P1Y"),
			Map.entry(DataSize.class, "a size such as 512KB or 10MB"),
			Map.entry(Charset.class, "the name of a charset such as UTF-8"), Map.entry(UUID.class, "a UUID"),
			Map.entry(Pattern.class, "a regular expression"));

	/** YAML reads {@code off} as false, which Spring Boot takes for a constant OFF. */
	private static final Map<String, String> ALIASES = Map.of("true", "on", "false", "off");

	private final ApplicationMetadata metadata;

	ValueTypes(ApplicationMetadata metadata) {
		this.metadata = metadata;
	}

	/** Whether nothing can stand below a property of that type. */
	boolean isScalar(TypeName type) {
		return type.raw().equals(String.class.getName()) || KNOWN.containsKey(type.raw())
				|| !this.metadata.constants(type.raw()).isEmpty();
	}

	/**
	 * What a value should be.
	 * @param type the type
	 * @param value the value
	 * @return what is wanted instead, or empty if it fits or cannot be told
	 */
	Optional<String> wanted(TypeName type, Object value) {
		String text = String.valueOf(value);
		if (text.contains("${") || text.startsWith("{")) {
			return Optional.empty();
		}
		if (type.isMap()) {
			// Not even one that is empty: formats make of it a text that is.
			Class<?> map = type.raw().equals(Properties.class.getName()) ? Properties.class : Map.class;
			return binds(value, map) ? Optional.empty() : Optional.of("a mapping with an entry, or be left out");
		}
		if (text.isEmpty()) {
			return Optional.empty();
		}
		if (type.isCollection()) {
			TypeName element = type.content();
			return (value instanceof String)
					? Stream.of(text.split(",")).flatMap((part) -> wanted(element, part.trim()).stream()).findFirst()
					: wanted(element, value);
		}
		List<String> constants = this.metadata.constants(type.raw());
		if (!constants.isEmpty()) {
			return constant(text, constants);
		}
		Class<?> known = KNOWN.get(type.raw());
		return (known == null || converts(value, known)) ? Optional.empty() : Optional.ofNullable(WANTED.get(known));
	}

	/**
	 * Whether a value is bound as the number or boolean that its format makes of it, and,
	 * since 1.5 would be taken for 1 then, as it is written, too.
	 */
	private static boolean converts(Object value, Class<?> type) {
		return binds(value, type) && (value instanceof String || binds(value.toString(), type));
	}

	private static boolean binds(Object value, Class<?> type) {
		try {
			new Binder(new MapConfigurationPropertySource(Map.of("value", value))).bind("value", type);
			return true;
		}
		catch (BindException ex) {
			return false;
		}
	}

	private static Optional<String> constant(String text, List<String> constants) {
		List<String> names = constants.stream()
			.map((constant) -> constant.toLowerCase(Locale.ROOT).replace('_', '-'))
			.toList();
		String wanted = letters(text);
		boolean known = names.stream()
			.map(ValueTypes::letters)
			.anyMatch((name) -> name.equals(wanted) || name.equals(ALIASES.get(wanted)));
		return known ? Optional.empty()
				: Optional.of("one of " + String.join(", ", names.subList(0, Math.min(names.size(), 20)))
						+ ((names.size() > 20) ? " and more" : "")
						+ Spelling.closest(text, names).map((name) -> "; did you mean '" + name + "'?").orElse(""));
	}

	private static String letters(String text) {
		return text.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}$]", "");
	}

}
