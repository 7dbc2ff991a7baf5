package io.governance.boot.configdata;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.governance.boot.InvalidSettingException;
import io.governance.config.ConfigLayer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ConfigLayers}.
 */
class ConfigLayersTests {

	@Test
	void layersApplicationAndProfile() {
		assertThat(layers()).extracting((layer) -> layer.document().name())
			.containsExactly("application.yaml", "application.json", "application.properties", "application-eu.yaml",
					"application-eu.json", "application-eu.properties", "orders.yaml", "orders.json",
					"orders.properties", "orders-eu.yaml", "orders-eu.json", "orders-eu.properties");
	}

	@Test
	void putsFurtherDocumentsBelowOrAbove() {
		List<ConfigLayer> layers = layers("documents[0].name=a.yaml", "documents[0].group=shared",
				"documents[0].namespace=common", "documents[1].name=z.yaml", "documents[1].position=above",
				"documents[1].optional=true", "documents[2].name=b.txt", "documents[2].key=app.b",
				"documents[3].name=c.png", "documents[3].key=app.c", "documents[3].format=binary");

		assertThat(layers).hasSize(16);
		assertThat(layers.subList(0, 3)).extracting(ConfigLayer::toString)
			.containsExactly("common/shared/a.yaml", "dev/shop/b.txt as text under 'app.b'",
					"dev/shop/c.png as binary under 'app.c'");
		assertThat(layers.subList(0, 3)).allMatch(ConfigLayer::required);
		assertThat(layers.get(15)).hasToString("dev/shop/z.yaml");
		assertThat(layers.get(15).required()).isFalse();
	}

	@Test
	void requiresADocumentOfTheApplicationWhereItStands() {
		List<ConfigLayer> layers = layers("documents[0].name=orders.yaml", "documents[1].name=orders-eu.yaml",
				"documents[1].position=below", "documents[1].optional=true");

		assertThat(layers).hasSize(12);
		assertThat(layers.get(0).document().name()).isEqualTo("orders-eu.yaml");
		assertThat(layers.get(7).document().name()).isEqualTo("orders.yaml");
		assertThat(layers).filteredOn(ConfigLayer::required).containsExactly(layers.get(7));
	}

	@Test
	void readsTheDocumentsOfSpringCloudAlibaba() {
		List<ConfigLayer> layers = layers("layout=spring-cloud-alibaba", "layout-format=yaml");

		assertThat(layers).extracting((layer) -> layer.document().name())
			.containsExactly("orders", "orders.yml", "orders.yaml", "orders.json", "orders.properties", "orders-eu.yml",
					"orders-eu.yaml", "orders-eu.json", "orders-eu.properties");
		assertThat(layers.get(0).format()).isEqualTo("yaml");
		assertThat(layers("layout=spring-cloud-alibaba").get(0).format()).isEqualTo("properties");
	}

	@Test
	void readsTheDocumentsOfSpringCloudConsul() {
		assertThat(layers("layout=spring-cloud-consul")).extracting(ConfigLayer::toString)
			.containsExactly("dev/shop/application.kv as properties", "dev/shop/application:eu.kv as properties",
					"dev/shop/orders.kv as properties", "dev/shop/orders:eu.kv as properties");
		assertThat(layers("layout=spring-cloud-consul", "layout-format=yaml")).extracting(ConfigLayer::toString)
			.contains("dev/shop/orders:eu.data as yaml");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			documents[0].group=x | governance.config.documents[0].name: is missing
			documents[0].name=../x | governance.config.documents[0]: '../x' is not a valid document name
			documents[0].name=a.txt, documents[0].format=text | needs the key
			documents[0].name=a.yaml, documents[0].format=yaml, documents[0].key=b | keys of its own
			documents[0].name=a.yaml, documents[1].name=a.yaml | dev/shop/a.yaml is named twice
			documents[0].name=a.toml | governance.config.documents[0].format
			layout=spring-cloud-consul, layout-format=toml | Set it to one of [key-value, yaml, properties]
			""")
	void refusesWhatMakesNoSense(String properties, String message) {
		assertThatExceptionOfType(InvalidSettingException.class).isThrownBy(() -> layers(properties.split(", ")))
			.withMessageContaining(message);
	}

	@Test
	void understandsTheDocumentsOfTheDocumentation() throws IOException {
		String page = Files.readString(Path.of("..", "docs", "layers.md"));
		Matcher block = Pattern.compile("```yaml\\n(governance:\\n.*?)```", Pattern.DOTALL).matcher(page);
		assertThat(block.find()).isTrue();
		PropertySource<?> source = new YamlPropertySourceLoader()
			.load("docs", new ByteArrayResource(block.group(1).getBytes(StandardCharsets.UTF_8)))
			.get(0);
		ConfigLayerProperties bound = new Binder(ConfigurationPropertySource.from(source))
			.bind("governance.config", ConfigLayerProperties.class)
			.get();

		List<ConfigLayer> layers = ConfigLayers.of("dev", "shop", "orders", List.of("eu"), bound);

		assertThat(layers).extracting(ConfigLayer::toString)
			.startsWith("all/shared/common.yaml", "dev/shop/banner.txt as text under 'app.banner'",
					"dev/shop/logo.png as binary under 'app.logo'")
			.endsWith("dev/shop/orders-override.yaml");
		assertThat(layers).filteredOn(ConfigLayer::required)
			.extracting((layer) -> layer.document().name())
			.containsExactly("common.yaml", "banner.txt", "orders.yaml");
	}

	private static List<ConfigLayer> layers(String... properties) {
		Map<String, String> values = new LinkedHashMap<>();
		for (String property : properties) {
			int equals = property.indexOf('=');
			values.put("governance.config." + property.substring(0, equals), property.substring(equals + 1));
		}
		ConfigLayerProperties bound = new Binder(new MapConfigurationPropertySource(values))
			.bindOrCreate("governance.config", ConfigLayerProperties.class);
		return ConfigLayers.of("dev", "shop", "orders", List.of("eu"), bound);
	}

}
