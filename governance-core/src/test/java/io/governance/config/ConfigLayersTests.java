package io.governance.config;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import ch.qos.logback.classic.Level;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for how the layers of a {@link ConfigManager} are read: conditions, values,
 * required documents, and what remote documents may not say.
 */
class ConfigLayersTests {

	private static final RemotePolicy POLICY = new RemotePolicy(
			List.of("spring.config", "spring.main", "logging.config", "management"), List.of("management.info"), false);

	private final InMemoryConfigSource source = new InMemoryConfigSource();

	private final CapturedLog log = CapturedLog.open();

	@AfterEach
	void close() {
		this.log.close();
		this.source.close();
	}

	@Test
	void takesThePartsOfTheActiveProfiles() {
		this.source.put("orders.yaml", """
				a: all
				b: all
				---
				spring.config.activate.on-profile: prod
				a: prod
				---
				spring:
				  config:
				    activate:
				      onProfile: [test, dev]
				b: never
				---
				spring.config.activate.on-profile: 'dev, prod'
				c: prod
				""");
		this.source.put("orders.properties", """
				d=all
				#---
				spring.config.activate.on-profile=test
				d=never
				#---
				spring.config.activate.on-profile=prod
				e=prod
				""");
		this.source.put("orders.json", "{\"spring.config.activate.on-profile\": [\"test\"], \"f\": 1}");

		assertThat(values(load(layer("orders.yaml"), layer("orders.properties"), layer("orders.json"))))
			.isEqualTo(Map.of("a", "prod", "b", "all", "c", "prod", "d", "all", "e", "prod"));
	}

	@Test
	void hasNoKeysWhenNoPartHolds() {
		this.source.put("orders.yaml", "spring.config.activate.on-profile: test\na: 1");

		assertThat(values(load(layer("orders.yaml")))).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			a: 1\\nspring.config.activate.on-cloud-platform: kubernetes | 2:43 | only spring.config.activate.on-profile
			spring.config.activate.on-profil: x | 1:35 | only spring.config.activate.on-profile
			spring.config[activate].x: x | 1:28 | only spring.config.activate.on-profile
			SPRING_CONFIG_ACTIVATE_ONCLOUDPLATFORM: x | 1:41 | only spring.config.activate.on-profile
			spring.config.activate.on-profile: ( | 1:36 | is not a profile expression
			spring.config.activate.on-profile: | 1:35 | needs the names of profiles
			spring.config.activate.on-profile: ${p} | 1:36 | without placeholders
			""")
	void refusesAConditionThatCannotBeUnderstood(String text, String place, String reason) {
		this.source.put("orders.yaml", text.replace("\\n", "\n"));

		assertThatExceptionOfType(InvalidConfigException.class).isThrownBy(() -> load(layer("orders.yaml")))
			.withMessageStartingWith("dev/shop/orders.yaml:" + place)
			.withMessageContaining(reason);
	}

	@Test
	void refusesConditionsWhereNoProfilesAreKnown() {
		this.source.put("orders.yaml", "a: 1\nspring.config.activate.on-profile: prod");
		try (ConfigManager manager = ConfigManager.ofLayers(this.source, List.of(layer("orders.yaml"))).build()) {
			assertThatExceptionOfType(InvalidConfigException.class)
				.isThrownBy(() -> manager.load(new StartPolicy(false, false)))
				.withMessageStartingWith("dev/shop/orders.yaml:2:36: 'spring.config.activate.on-profile'")
				.withMessageContaining("{name}-{profile}");
		}
	}

	@Test
	void readsADocumentAsOneValue() {
		this.source.put("banner.txt", "Hello: {\n  world\n");
		this.source.put("image.png", "\u0000\u0001");
		this.source.put("orders.yaml", "app: {banner: below, other: 1}");

		ConfigManager manager = load(layer("orders.yaml"), value("banner.txt", ConfigLayer.TEXT, "app.banner"),
				value("image.png", ConfigLayer.BINARY, "app.image"), value("absent.txt", ConfigLayer.TEXT, "app.no"));

		assertThat(values(manager)).isEqualTo(Map.of("app.other", 1, "app.banner", "Hello: {\n  world\n", "app.image",
				Base64.getEncoder().encodeToString("\u0000\u0001".getBytes(StandardCharsets.UTF_8))));
		assertThat(manager.current().originOf("app.banner")).hasToString("dev/shop/banner.txt:1:1");
	}

	@Test
	void readsADocumentInTheFormatThatIsSaid() {
		this.source.put("orders", "a.b=1");

		assertThat(values(load(value("orders", "properties", null)))).isEqualTo(Map.of("a.b", "1"));
		assertThatExceptionOfType(InvalidConfigException.class).isThrownBy(() -> load(layer("orders")))
			.withMessageContaining("has no extension");
	}

	@DisplayName("F25 an oversize document is refused also if it is one value")
	@ParameterizedTest
	@ValueSource(strings = { ConfigLayer.TEXT, ConfigLayer.BINARY })
	void refusesAnOversizeValue(String format) {
		this.source.put("banner.txt", "x".repeat(3_000_000));

		assertThatExceptionOfType(InvalidConfigException.class)
			.isThrownBy(() -> load(value("banner.txt", format, "app.banner")))
			.withMessageContaining("2097152 are allowed");
	}

	@Test
	void refusesValuesWithoutAKeyAndKeysWithoutAValue() {
		assertThatIllegalArgumentException().isThrownBy(() -> value("banner.txt", ConfigLayer.TEXT, null))
			.withMessageContaining("needs the key");
		assertThatIllegalArgumentException().isThrownBy(() -> value("a.yaml", "yaml", "app.a"))
			.withMessageContaining("keys of its own");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> ConfigManager.ofLayers(this.source, List.of(layer("a.yaml"), layer("a.yaml"))))
			.withMessageContaining("two layers");
	}

	@Test
	void doesNotStartWithoutADocumentThatIsRequired() {
		this.source.put("other.yaml", "a: 1");

		assertThatExceptionOfType(MissingDocumentException.class)
			.isThrownBy(() -> load(layer("other.yaml"), required("orders.yaml")))
			.withMessage(
					"dev/shop/orders.yaml: is required and does not exist: publish it, or declare it optional in governance.config.documents");
	}

	@Test
	@DisplayName("F14 the deletion of a required document keeps the last good state")
	void refusesTheDeletionOfADocumentThatIsRequired() {
		this.source.put("orders.yaml", "a: 1");
		try (ConfigManager manager = load(required("orders.yaml"), layer("other.yaml"))) {
			manager.watch();
			this.source.put("other.yaml", "b: 1");

			this.source.delete("orders.yaml");

			assertThat(values(manager)).isEqualTo(Map.of("a", 1, "b", 1));
			assertThat(manager.status().rejection()).isNotNull()
				.satisfies((rejection) -> assertThat(rejection.documents())
					.containsExactly(InMemoryConfigSource.id("orders.yaml")))
				.satisfies((rejection) -> assertThat(rejection.reason()).contains("is required and does not exist"));

			this.source.put("orders.yaml", "a: 2");

			assertThat(values(manager)).isEqualTo(Map.of("a", 2, "b", 1));
			assertThat(manager.status().rejection()).isNull();
		}
	}

	@Test
	@DisplayName("(c)2 keys that change how an application runs are ignored with one warning")
	void ignoresWhatRemoteConfigMayNotSet() {
		this.source.put("orders.yaml", "a: 1");
		try (ConfigManager manager = load(layer("orders.yaml"))) {
			manager.watch();
			String text = "a: %d\nspring: {config.import: 'x', main.banner-mode: s3cretValue}\nmanagement.info.x: 1\n";

			this.source.put("orders.yaml", String.format(text, 2));
			this.source.put("orders.yaml", "# moved\n" + String.format(text, 3));

			assertThat(values(manager)).isEqualTo(Map.of("a", 3, "management.info.x", 1));
			assertThat(manager.current().ignored()).extracting(IgnoredKey::toString)
				.containsExactly("'spring.config.import' in dev/shop/orders.yaml:3:25",
						"'spring.main.banner-mode' in dev/shop/orders.yaml:3:48");
			assertThat(this.log.lines(Level.WARN)).containsExactly(
					"WARN Remote config may not set 'spring.config.import' in dev/shop/orders.yaml:2:25, 'spring.main.banner-mode' in dev/shop/orders.yaml:2:48: ignored, unless governance.config.allowed-keys names it");
		}
	}

	@DisplayName("(c)2 no spelling of a key slips through")
	@ParameterizedTest
	@ValueSource(strings = { "spring.config.import", "spring.config.import[0]", "Spring.Config.Import",
			"SPRING_CONFIG_IMPORT", "spring.config[import]", "sprinG].m[Ain[souRCes", "logging[con[fig",
			"[spring][config][import]", "'[spring.config.import]'", "spring..config.import", ".spring.config.import",
			"spring.con-fig.im_port", "s!pring.conf ig.import", "spring.config.\u0131mport.import", "logging.config",
			"LOGGING_CONFIG", "logging.con\u0000fig", "management", "management.server.port", "MANAGEMENT_SERVER_PORT",
			"mAnagement[server][port]", "\u212Amanagement", "spring.main.sources", "sPRING.MAIN.lazyInitialization" })
	void ignoresEverySpelling(String key) {
		boolean kelvin = key.startsWith("\u212A");

		assertThat(POLICY.ignores(key)).isEqualTo(!kelvin);
	}

	@ParameterizedTest
	@ValueSource(strings = { "managementx", "managements.a", "my.management.a", "management.info", "management.info.a",
			"spring.configuration", "spring.mainly.a", "spring", "logging.level.config", "logging.configuration",
			"management_team.size", "my[management", "a]management.b", "springconfig.import" })
	void takesOverOtherKeys(String key) {
		assertThat(POLICY.ignores(key)).isFalse();
	}

	@Test
	@DisplayName("(c)2 a value with an expression is refused, with document, line and key")
	void refusesExpressions() {
		this.source.put("orders.yaml", "a: 1\nlist:\n- x\n- 'T #{T(java.lang.Runtime).s3cretValue}'");

		assertThatExceptionOfType(InvalidConfigException.class).isThrownBy(() -> load(layer("orders.yaml")))
			.withMessageStartingWith("dev/shop/orders.yaml:4:3: 'list[1]' holds an expression '#{'")
			.withMessageNotContaining("s3cretValue");

		try (ConfigManager manager = ConfigManager.ofLayers(this.source, List.of(layer("orders.yaml")))
			.policy(new RemotePolicy(List.of(), List.of(), true))
			.build()) {
			manager.load(new StartPolicy(false, false));
			assertThat(values(manager)).hasSize(3);
		}
	}

	@Test
	@DisplayName("(c)2 a text that is one value holds no expression either")
	void refusesExpressionsInTexts() {
		this.source.put("banner.txt", "#{1+1}");

		assertThatExceptionOfType(InvalidConfigException.class)
			.isThrownBy(() -> load(value("banner.txt", ConfigLayer.TEXT, "app.banner")))
			.withMessageContaining("'app.banner' holds an expression");
	}

	private ConfigManager load(ConfigLayer... layers) {
		Set<String> active = Set.of("prod");
		ConfigManager manager = ConfigManager.ofLayers(this.source, Arrays.asList(layers)).profiles((expressions) -> {
			if (expressions.contains("(")) {
				throw new IllegalArgumentException("malformed");
			}
			return expressions.stream().anyMatch(active::contains);
		}).policy(POLICY).build();
		manager.load(new StartPolicy(false, false));
		return manager;
	}

	private static ConfigLayer layer(String name) {
		return ConfigLayer.of(InMemoryConfigSource.id(name));
	}

	private static ConfigLayer required(String name) {
		return new ConfigLayer(InMemoryConfigSource.id(name), "yaml", null, true);
	}

	private static ConfigLayer value(String name, String format, String key) {
		return new ConfigLayer(InMemoryConfigSource.id(name), format, key, false);
	}

	private static Map<String, Object> values(ConfigManager manager) {
		Map<String, Object> values = new LinkedHashMap<>();
		manager.current().values().forEach((key, value) -> values.put(key, value.value()));
		return values;
	}

}
