package io.governance.boot.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.governance.Subscription;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.ConfigManager;
import io.governance.config.ConfigSource;
import io.governance.config.DocumentId;
import io.governance.config.Revision;
import io.governance.config.StartPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.env.PropertiesPropertySourceLoader;
import org.springframework.boot.env.PropertySourceLoader;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.Resource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the formats against Boot's own loaders: a document may move from
 * {@code application.yaml} to the config centre without changing its meaning.
 */
class SameAsBootTests {

	@ParameterizedTest
	@ValueSource(strings = { "a: {b: 1, c: [x, {y: z}]}", "a.b.c: 1", "'[x/y]': 1\nm: {'[a.b]': 1, '[c]': {d: 2}}",
			"a:\nb: ~\nc: null\nd: []\ne: ''\nf: [~, '']",
			"i: 1_000\no: 010\nh: 0xFF\nb: 0b11\nl: 12345678901\nbig: 123456789012345678901234567890\ns: 12:30:45\nz: 09",
			"f: 1.5\ne: 1e3\nd: 1.0e+3\ninf: .inf\nt: 1.10", "b: [yes, no, on, off, true, False, y, n]",
			"d: 2024-01-31\nt: 2024-01-31T10:00:00Z", "q: \"12\"\nx: 'yes'\ne: '='",
			"base: &b {a: 1, b: 1}\no: {<<: *b, b: 2}", "base: &b [1, 2]\nc: *b",
			"t: |\n  two\n  lines\nf: >\n  one\n  line\n", "a: !!str 12\nb: !!int '12'\nc: !!float 1",
			"list:\n- - 1\n  - 2\n- {x: []}", "a: ${b:c}\nu: \u00e4\u00f6", "empty: {}\nx: 1", "\uFEFFa: 1",
			"# nothing" })
	void readsYamlAsBootDoes(String text) throws IOException {
		assertThat(ours("orders.yaml", text)).isEqualTo(boots(new YamlPropertySourceLoader(), text));
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"a\": {\"b\": 1, \"c\": [true, null, \"x\", 1.5]}}",
			"{\"a\": [], \"b\": \"\", \"[c.d]\": 2}",
			"{\"long\": 12345678901, \"big\": 123456789012345678901234567890}", "{\"empty\": {}}" })
	void readsJsonAsBootDoes(String text) throws IOException {
		assertThat(ours("orders.json", text)).isEqualTo(boots(new YamlPropertySourceLoader(), text));
	}

	@ParameterizedTest
	@ValueSource(strings = { "a=1\nb : 2\nc 3\nd\\=e = f \\\n  g", "list[0]=x\nlist[1]=y\nm[a.b]=z", "e=\nf",
			"u=\\u00e4", "# c\n! c\n\n a = b " })
	void readsPropertiesAsBootDoes(String text) throws IOException {
		assertThat(ours("orders.properties", text)).isEqualTo(boots(new PropertiesPropertySourceLoader(), text));
	}

	/**
	 * Boot calls such keys {@code codes[200]}, which cannot be told from the elements of
	 * a list when layers are merged; they bind the same.
	 */
	@Test
	void bindsKeysThatAreNumbersAsBootDoes() throws IOException {
		String text = "codes: {200: ok, 404: missing, true: x}";

		assertThat(bound(ours("orders.yaml", text))).isEqualTo(bound(boots(new YamlPropertySourceLoader(), text)))
			.containsEntry("200", "ok");
	}

	private static Map<String, String> bound(Map<String, Object> values) {
		return new Binder(new MapConfigurationPropertySource(values))
			.bind("codes", Bindable.mapOf(String.class, String.class))
			.get();
	}

	private static Map<String, Object> boots(PropertySourceLoader loader, String text) throws IOException {
		Resource resource = new ByteArrayResource(text.getBytes(StandardCharsets.UTF_8));
		Map<String, Object> values = new LinkedHashMap<>();
		loader.load("boot", resource).forEach((source) -> {
			for (String name : ((EnumerablePropertySource<?>) source).getPropertyNames()) {
				values.put(name, source.getProperty(name));
			}
		});
		return values;
	}

	private static Map<String, Object> ours(String name, String text) {
		DocumentId id = new DocumentId("dev", "shop", name);
		Map<String, Object> values = new LinkedHashMap<>();
		try (ConfigManager manager = ConfigManager
			.of(new FixedSource(ConfigDocument.of(id, text, Revision.of(1))), List.of(id))
			.build()) {
			manager.load(new StartPolicy(false, false));
			manager.current().values().forEach((key, value) -> values.put(key, value.value()));
		}
		return values;
	}

	private record FixedSource(ConfigDocument document) implements ConfigSource {

		@Override
		public ConfigDocuments get(Set<DocumentId> ids) {
			return ConfigDocuments.of(List.of(this.document));
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
