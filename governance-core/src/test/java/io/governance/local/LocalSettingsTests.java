package io.governance.local;

import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class LocalSettingsTests {

	private static final LocalSettings DEFAULTS = new LocalSettings(null, null, null, null);

	@Test
	void defaultsTakeThePlaceOfWhatIsMissing() {
		assertThat(DEFAULTS.path()).isEqualTo(Path.of(System.getProperty("user.home"), ".governance"));
		assertThat(DEFAULTS.settle()).isEqualTo(Duration.ofMillis(50));
		assertThat(DEFAULTS.lease()).isEqualTo(Duration.ofSeconds(3));
		assertThat(DEFAULTS.rescan()).isEqualTo(Duration.ofSeconds(1));
	}

	@Test
	void tildeIsTheUsersHome() {
		assertThat(new LocalSettings("~/fleet", null, null, null).path())
			.isEqualTo(Path.of(System.getProperty("user.home"), "fleet"));
	}

	@ParameterizedTest
	@CsvSource({ "settle, 0, 3000, 1000", "settle, 10001, 3000, 1000", "settle, -1, 3000, 1000", "lease, 50, 199, 1000",
			"lease, 50, 300001, 1000", "rescan, 50, 3000, 49", "rescan, 50, 3000, 300001" })
	void valueOutOfRangeIsRefusedNamingTheProperty(String property, long settle, long lease, long rescan) {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new LocalSettings("/tmp", Duration.ofMillis(settle), Duration.ofMillis(lease),
					Duration.ofMillis(rescan)))
			.withMessageContaining("governance.local." + property)
			.withMessageContaining("set it to a duration from");
	}

	@Test
	void directoryThatIsNoPathIsRefusedNamingTheProperty() {
		assertThatIllegalArgumentException().isThrownBy(() -> new LocalSettings(" ", null, null, null))
			.withMessageContaining("governance.local.directory");
		assertThatIllegalArgumentException().isThrownBy(() -> new LocalSettings("a\0b", null, null, null))
			.withMessageContaining("governance.local.directory");
	}

	@Test
	void metadataDescribesExactlyTheSettings() throws Exception {
		Map<String, JsonNode> described = new HashMap<>();
		try (InputStream in = LocalSettings.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
			new JsonMapper().readTree(in).path("properties").forEach((property) -> {
				if (property.path("name").asString().startsWith("governance.local.")) {
					described.put(property.path("name").asString(), property);
				}
			});
		}
		RecordComponent[] components = LocalSettings.class.getRecordComponents();
		assertThat(described.keySet()).containsExactlyInAnyOrderElementsOf(
				Arrays.stream(components).map((component) -> "governance.local." + component.getName()).toList());
		for (RecordComponent component : components) {
			JsonNode property = described.get("governance.local." + component.getName());
			assertThat(property.path("type").asString()).isEqualTo(component.getType().getName());
			assertThat(property.path("description").asString()).endsWith(".");
			assertThat(value(property.path("defaultValue").asString(), component.getType()))
				.isEqualTo(component.getAccessor().invoke(DEFAULTS));
		}
	}

	private static Object value(String text, Class<?> type) {
		if (type == Duration.class) {
			return Duration.parse("PT" + (text.endsWith("ms") ? "0.0" + text.replace("ms", "s") : text));
		}
		return text.replace("${user.home}", System.getProperty("user.home"));
	}

}
