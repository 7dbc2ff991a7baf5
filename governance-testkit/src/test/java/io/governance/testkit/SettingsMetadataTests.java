package io.governance.testkit;

import java.time.Duration;
import java.util.List;

import io.governance.local.LocalSettings;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class SettingsMetadataTests {

	private static final Settings SETTINGS = new Settings(List.of("a", "b"), "", Duration.ofMinutes(1),
			new Nested(true, Kind.FIRST_OF_ALL, 7));

	@Test
	void localBackendIsDescribed() {
		SettingsMetadata.assertDescribes("governance.local", new LocalSettings(null, null, null, null));
	}

	@Test
	void recordsWithinRecordsAreDescribed() {
		SettingsMetadata.assertDescribes("test.good", SETTINGS);
	}

	@Test
	void whatIsMissingOrLeftOverIsTold() {
		assertWrong("test.missing", "test.missing.nested.max-count");
		assertWrong("test.none", "test.none.many-names");
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> SettingsMetadata.assertDescribes("test.good", new Nested(true, Kind.SECOND, 7)))
			.withMessageContaining("test.good.many-names");
	}

	@Test
	void whatIsWrongIsTold() {
		assertWrong("test.type", "type of test.type.many-names");
		assertWrong("test.description", "description of test.description.a-text");
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> SettingsMetadata.assertDescribes("test.good",
					new Settings(List.of("a", "b"), "", Duration.ofSeconds(59), SETTINGS.nested())))
			.withMessageContaining("default of test.good.duration");
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> SettingsMetadata.assertDescribes("test.good",
					new Settings(List.of("a", "b"), null, null, SETTINGS.nested())))
			.withMessageContaining("test.good.duration has no default");
	}

	private static void assertWrong(String prefix, String message) {
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> SettingsMetadata.assertDescribes(prefix, SETTINGS))
			.withMessageContaining(message);
	}

	private record Settings(List<String> manyNames, @Nullable String aText, @Nullable Duration duration,
			Nested nested) {

	}

	private record Nested(boolean enabled, Kind kind, int maxCount) {

	}

	private enum Kind {

		FIRST_OF_ALL, SECOND

	}

}
