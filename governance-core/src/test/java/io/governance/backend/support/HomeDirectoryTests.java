package io.governance.backend.support;

import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class HomeDirectoryTests {

	private static final Map<String, String> ENVIRONMENT = Map.of("HOME", "/home/of-environment");

	@Test
	void isWhatTheJvmSays() {
		assertThat(HomeDirectory.find(Map.of("user.home", "/home/ann")::get, ENVIRONMENT::get))
			.isEqualTo(Path.of("/home/ann"));
	}

	@Test
	void isThatOfTheEnvironmentForAUserWhoIsInNoList() {
		assertThat(HomeDirectory.find(Map.of("user.home", "?")::get, ENVIRONMENT::get))
			.isEqualTo(Path.of("/home/of-environment"));
	}

	@Test
	void isUnknownWhereNobodyTells() {
		assertThat(HomeDirectory.find(Map.of("user.home", "?")::get, (name) -> null)).isNull();
		assertThat(HomeDirectory.find((name) -> null, (name) -> "")).isNull();
	}

}
