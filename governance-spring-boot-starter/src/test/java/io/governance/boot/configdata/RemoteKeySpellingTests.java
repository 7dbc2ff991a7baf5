package io.governance.boot.configdata;

import java.util.List;
import java.util.Map;
import java.util.Random;

import io.governance.config.RemotePolicy;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.core.env.MapPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds {@link RemotePolicy} against what Boot's relaxed binding takes for one name.
 */
class RemoteKeySpellingTests {

	private static final List<String> KEYS = List.of("spring.config.import", "spring.main.sources",
			"management.server.port", "logging.config", "spring.profiles.active", "governance.config.allowed-keys",
			"spring.autoconfigure.exclude");

	private static final String[] NOISE = { "-", "_", ".", "!", "$", " ", "\u0000", "\u00e4", "\u212a", "\u0130", "[",
			"]", "\t", "K", "0" };

	private static final String[] BOUNDS = { "[", "].", "]", ".[", "][" };

	private final RemotePolicy policy = new RemotePolicy(RemotePolicy.NOT_REMOTE, List.of(), false);

	private final Random random = new Random(7);

	@Test
	@DisplayName("(c)2 whatever Boot takes for a key that is not remote is ignored")
	void ignoresWhateverBootTakesForTheKey() {
		int taken = 0;
		for (int round = 0; round < 100_000; round++) {
			String key = KEYS.get(this.random.nextInt(KEYS.size()));
			String spelled = spelled(key);
			if (isTakenFor(spelled, key)) {
				taken++;
				assertThat(this.policy.ignores(spelled)).as("'%s' is taken for %s", spelled, key).isTrue();
			}
		}
		assertThat(taken).isGreaterThan(10_000);
	}

	private static boolean isTakenFor(String spelled, String key) {
		ConfigurationPropertySource source = ConfigurationPropertySource
			.from(new MapPropertySource("remote", Map.of(spelled, "value")));
		return spelled.equals(key) || source.getConfigurationProperty(ConfigurationPropertyName.of(key)) != null;
	}

	private String spelled(String key) {
		StringBuilder spelled = new StringBuilder((this.random.nextInt(4) == 0) ? "[" : "");
		for (char c : key.toCharArray()) {
			int way = this.random.nextInt(20);
			if (way == 0) {
				spelled.append(NOISE[this.random.nextInt(NOISE.length)]);
			}
			if (c == '.' && way < 6) {
				spelled.append(BOUNDS[this.random.nextInt(BOUNDS.length)]);
			}
			else if (c != '-' || way < 10) {
				spelled.append((way < 8) ? Character.toUpperCase(c) : c);
			}
		}
		if (this.random.nextInt(4) == 0) {
			spelled.append("]");
		}
		return spelled.toString();
	}

}
