package io.governance.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.net.URL;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the settings record of a backend against what the backend's jar tells editors of
 * its properties.
 */
public final class SettingsMetadata {

	private static final String RESOURCE = "META-INF/spring-configuration-metadata.json";

	private static final Pattern DURATION = Pattern.compile("(\\d+)(ms|s|m|h|d)");

	private static final Map<Class<?>, Class<?>> BOXED = Map.of(int.class, Integer.class, long.class, Long.class,
			boolean.class, Boolean.class, double.class, Double.class);

	private final String prefix;

	private final Map<String, Described> expected = new TreeMap<>();

	private SettingsMetadata(String prefix) {
		this.prefix = prefix;
	}

	/**
	 * Asserts that {@code META-INF/spring-configuration-metadata.json} of the jar or the
	 * directory that the settings come from describes each component of the record, and
	 * of the records in it, by its type, a description and its default, and describes
	 * nothing else below the prefix.
	 * @param prefix what the properties begin with, such as {@code governance.consul}
	 * @param defaults the settings of whoever sets nothing; a component that is empty,
	 * {@code null} or an empty text has no default
	 * @throws AssertionError if anything is missing, wrong or left over
	 */
	public static void assertDescribes(String prefix, Record defaults) {
		SettingsMetadata metadata = new SettingsMetadata(prefix);
		metadata.expect(prefix, defaults);
		metadata.compare(read(defaults.getClass()));
	}

	private void expect(String prefix, Record defaults) {
		for (RecordComponent component : defaults.getClass().getRecordComponents()) {
			String name = prefix + "." + kebab(component.getName());
			Object value = valueOf(component, defaults);
			if (value instanceof Record nested) {
				expect(name, nested);
			}
			else {
				this.expected.put(name, new Described(typeName(component.getGenericType()), value));
			}
		}
	}

	private static @Nullable Object valueOf(RecordComponent component, Record owner) {
		try {
			component.getAccessor().setAccessible(true);
			return component.getAccessor().invoke(owner);
		}
		catch (IllegalAccessException | InvocationTargetException ex) {
			throw new IllegalStateException("Component '" + component.getName() + "' cannot be read", ex);
		}
	}

	private static String kebab(String name) {
		return name.replaceAll("([a-z0-9])([A-Z])", "$1-$2").toLowerCase(Locale.ROOT);
	}

	private static String typeName(Type type) {
		Type boxed = (type instanceof Class<?> raw) ? BOXED.getOrDefault(raw, raw) : type;
		return boxed.getTypeName().replace(" ", "");
	}

	private static List<JsonNode> read(Class<?> settings) {
		String home = settings.getProtectionDomain().getCodeSource().getLocation().toString();
		List<JsonNode> properties = new ArrayList<>();
		try {
			for (URL url : Collections.list(settings.getClassLoader().getResources(RESOURCE))) {
				if (url.toString().contains(home)) {
					try (InputStream in = url.openStream()) {
						new JsonMapper().readTree(in).path("properties").forEach(properties::add);
					}
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		assertThat(properties).as(RESOURCE + " in " + home).isNotEmpty();
		return properties;
	}

	private void compare(List<JsonNode> properties) {
		Map<String, JsonNode> described = new TreeMap<>();
		for (JsonNode property : properties) {
			String name = property.path("name").asString();
			if (name.startsWith(this.prefix + ".")) {
				assertThat(described.put(name, property)).as("%s is described once", name).isNull();
			}
		}
		assertThat(described.keySet()).as("properties that are described")
			.containsExactlyInAnyOrderElementsOf(this.expected.keySet());
		this.expected.forEach((name, component) -> component.compare(name, described.get(name)));
	}

	/** A component: its type and its default. */
	private record Described(String type, @Nullable Object value) {

		private void compare(String name, @Nullable JsonNode property) {
			assertThat(property).as(name).isNotNull();
			if (property == null) {
				return;
			}
			assertThat(property.path("type").asString()).as("type of %s", name).isEqualTo(this.type);
			assertThat(property.path("description").asString()).as("description of %s", name).endsWith(".");
			JsonNode given = property.path("defaultValue");
			if (isEmpty(this.value)) {
				assertThat(given.isMissingNode()).as("%s has no default", name).isTrue();
			}
			else {
				assertThat(given.isMissingNode()).as("%s has a default", name).isFalse();
				assertThat(text(given)).as("default of %s", name).isEqualTo(text(this.value));
			}
		}

		private static boolean isEmpty(@Nullable Object value) {
			return value == null || value.equals("") || (value instanceof Collection<?> many && many.isEmpty())
					|| (value instanceof Map<?, ?> map && map.isEmpty());
		}

		private static String text(JsonNode given) {
			if (given.isArray()) {
				List<String> texts = new ArrayList<>();
				given.forEach((one) -> texts.add(text(one)));
				return texts.toString();
			}
			String text = given.asString().replace("${user.home}", System.getProperty("user.home", ""));
			Matcher matcher = DURATION.matcher(text);
			return matcher.matches() ? duration(Long.parseLong(matcher.group(1)), matcher.group(2)).toString() : text;
		}

		private static Duration duration(long amount, String unit) {
			return switch (unit) {
				case "ms" -> Duration.ofMillis(amount);
				case "s" -> Duration.ofSeconds(amount);
				case "m" -> Duration.ofMinutes(amount);
				case "h" -> Duration.ofHours(amount);
				default -> Duration.ofDays(amount);
			};
		}

		private static String text(@Nullable Object value) {
			if (value instanceof Enum<?> constant) {
				return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
			}
			if (value instanceof Collection<?> many) {
				return many.stream().map((one) -> text(one)).toList().toString();
			}
			return String.valueOf(value);
		}

	}

}
