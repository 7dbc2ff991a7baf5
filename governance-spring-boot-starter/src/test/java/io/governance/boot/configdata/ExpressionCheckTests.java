package io.governance.boot.configdata;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

import io.governance.Subscription;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigSource;
import io.governance.config.DocumentId;
import io.governance.config.InvalidConfigException;
import io.governance.config.Revision;
import io.governance.config.StartPolicy;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.StandardEnvironment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Holds {@link ExpressionCheck} against what an environment makes of placeholders.
 */
class ExpressionCheckTests {

	private static final DocumentId DOCUMENT = new DocumentId("dev", "shop", "orders.json");

	private static final List<String> NAMES = List.of("begin", "be.gin", "be-gin", "list[0]", "list.0", "list[0].x",
			"map[a/b]", "map[A].b", "be..gin", "a.b.c");

	private static final String[] NOISE = { "-", "_", ".", "!", "$", " ", "\u0000", "\u00e4", "\u212a", "[", "]" };

	private static final String[] BOUNDS = { "[", "].", "]", ".[", "][", "..", ".!." };

	private final Random random = new Random(11);

	@Test
	@DisplayName("(c)2 whatever becomes an expression in the environment is refused")
	void refusesWhateverBecomesAnExpression() {
		int expressions = 0;
		for (int round = 0; round < 20_000; round++) {
			String name = NAMES.get(this.random.nextInt(NAMES.size()));
			Map<String, String> values = new LinkedHashMap<>();
			values.put("greeting", "${" + name + "}{code}");
			for (int i = this.random.nextInt(3); i >= 0; i--) {
				values.put(spelled(name), (i == 0) ? "#" : "ok");
			}
			if (becomesExpression(values)) {
				expressions++;
			}
		}
		assertThat(expressions).isGreaterThan(2_000);
	}

	@Timeout(60)
	@DisplayName("(c)1 a document whose placeholders would never be replaced is refused at once")
	@ParameterizedTest
	@MethodSource
	void refusesPlaceholdersThatStandForTooMuch(Map<String, String> values) {
		try (ConfigManager manager = ConfigManager.of(new FixedSource(values), List.of(DOCUMENT)).build()) {
			manager.load(new StartPolicy(false, false));
			ExpressionCheck check = new ExpressionCheck(environment(manager), Map.of());

			assertThatExceptionOfType(InvalidConfigException.class).isThrownBy(() -> check.check(manager.current()))
				.satisfies((ex) -> assertThat(ex.key()).isIn(values.keySet()))
				.satisfies((ex) -> assertThat(ex.origin()).isNotNull())
				.withMessageContaining("nested too deep or stand for too much");
		}
	}

	static Stream<Map<String, String>> refusesPlaceholdersThatStandForTooMuch() {
		Map<String, String> laughs = new LinkedHashMap<>();
		Map<String, String> chain = new LinkedHashMap<>();
		for (int i = 0; i < 40; i++) {
			laughs.put("a" + i, "${a" + (i + 1) + "}${a" + (i + 1) + "}");
		}
		for (int i = 0; i < 50_000; i++) {
			chain.put("a" + i, "${a" + (i + 1) + "}");
		}
		return Stream.of(laughs, chain, Map.of("a", "${a:".repeat(300_000)), Map.of("a", "${{}".repeat(300_000)),
				Map.of("a", "${b}", "b", "${".repeat(500_000)),
				Map.of("a", "${b}".repeat(1000), "b", "x".repeat(1_000_000)));
	}

	private static boolean becomesExpression(Map<String, String> values) {
		try (ConfigManager manager = ConfigManager.of(new FixedSource(values), List.of(DOCUMENT)).build()) {
			manager.load(new StartPolicy(false, false));
			StandardEnvironment environment = environment(manager);
			boolean becomes = environment.resolvePlaceholders("${greeting}").contains("#{");
			if (becomes) {
				assertThat(refuses(environment, manager)).as(values.toString()).isTrue();
			}
			return becomes;
		}
	}

	private static StandardEnvironment environment(ConfigManager manager) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources().addFirst(new GovernancePropertySource(manager));
		ConfigurationPropertySources.attach(environment);
		return environment;
	}

	private static boolean refuses(StandardEnvironment environment, ConfigManager manager) {
		try {
			new ExpressionCheck(environment, Map.of()).check(manager.current());
			return false;
		}
		catch (InvalidConfigException ex) {
			return true;
		}
	}

	private String spelled(String key) {
		StringBuilder spelled = new StringBuilder();
		for (char c : key.toCharArray()) {
			int way = this.random.nextInt(30);
			if (way == 0) {
				spelled.append(NOISE[this.random.nextInt(NOISE.length)]);
			}
			if ("[].".indexOf(c) >= 0 && way < 10) {
				spelled.append(BOUNDS[this.random.nextInt(BOUNDS.length)]);
			}
			else {
				spelled.append((way < 6) ? Character.toUpperCase(c) : c);
			}
		}
		return spelled.append((this.random.nextInt(10) == 0) ? "." : "").toString();
	}

	private record FixedSource(Map<String, String> values) implements ConfigSource {

		@Override
		public ConfigDocuments get(Set<DocumentId> ids) {
			String text = new JsonMapper().writeValueAsString(this.values);
			return ConfigDocuments.of(List.of(ConfigDocument.of(DOCUMENT, text, Revision.of(1))));
		}

		@Override
		public Subscription watch(Set<DocumentId> ids, ConfigListener listener) {
			return () -> {
			};
		}

		@Override
		public void close() {
		}

	}

}
