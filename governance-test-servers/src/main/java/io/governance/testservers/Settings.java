package io.governance.testservers;

import java.nio.file.Path;
import java.util.Locale;
import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

/**
 * What the user may set, as an environment variable ({@code GOVERNANCE_TEST_CONSUL}) or
 * as a system property ({@code governance.test.consul}).
 */
final class Settings {

	private final UnaryOperator<@Nullable String> environment;

	private final UnaryOperator<@Nullable String> properties;

	Settings(UnaryOperator<@Nullable String> environment, UnaryOperator<@Nullable String> properties) {
		this.environment = environment;
		this.properties = properties;
	}

	static Settings ofThisProcess() {
		return new Settings((name) -> System.getenv(name), (name) -> System.getProperty(name));
	}

	@Nullable String get(String variable) {
		String property = this.properties.apply(variable.toLowerCase(Locale.ROOT).replace('_', '.'));
		String value = (property != null) ? property : this.environment.apply(variable);
		return (value != null && !value.isBlank()) ? value.strip() : null;
	}

	/** Returns the directory that keeps what was fetched. */
	Path cache() {
		String set = get("GOVERNANCE_TEST_CACHE");
		return (set != null) ? Path.of(set).toAbsolutePath()
				: Path.of(System.getProperty("user.home"), ".cache", "governance-test-servers").toAbsolutePath();
	}

}
