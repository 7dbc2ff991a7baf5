package io.governance.boot;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.governance.gray.GrayRulesParser;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the README and the docs against the code. With {@code -Dgovernance.write-docs},
 * writes the property tables instead.
 */
class DocumentationTests {

	private static final Path README = Path.of("..", "README.md");

	private static final Path GUIDE = Path.of("..", "docs", "guide.md");

	private static final Path PROPERTIES = Path.of("..", "docs", "properties.md");

	private static final Path BACKENDS = Path.of("..", "docs", "backends.md");

	private static final String BEGIN = "<!-- properties%s: generated, see CONTRIBUTING.md -->\n";

	private static final String END = "<!-- /properties -->\n";

	@Test
	void pageOfThePropertiesHasThemAllByTheirSubject() throws IOException {
		Map<String, Map<String, JsonNode>> subjects = new TreeMap<>();
		properties().forEach((name, property) -> subjects.computeIfAbsent(subjectOf(name), (any) -> new TreeMap<>())
			.put(name, property));
		StringBuilder tables = new StringBuilder();
		subjects.forEach((subject,
				properties) -> tables.append("\n## ").append(subject).append("\n\n").append(table(properties)));
		assertHas(PROPERTIES, "", tables.append('\n').toString());
	}

	/** What several properties begin with, or "governance" for those that stand alone. */
	private static String subjectOf(String name) {
		String[] segments = name.split("\\.");
		return (segments.length > 2) ? segments[0] + "." + segments[1] : segments[0];
	}

	@ParameterizedTest
	@ValueSource(strings = { "consul", "etcd", "nacos" })
	void pageOfTheBackendsHasTheTableOfTheirProperties(String backend) throws IOException {
		Path metadata = Path.of("..", "governance-" + backend,
				"src/main/resources/META-INF/spring-configuration-metadata.json");
		Map<String, JsonNode> properties = new TreeMap<>();
		read(JsonMapper.shared().readTree(metadata.toFile()), properties);
		assertHas(BACKENDS, " of " + backend, table(properties));
	}

	private static void assertHas(Path page, String of, String table) throws IOException {
		String begin = String.format(BEGIN, of);
		String text = Files.readString(page);
		assertThat(text).contains(begin);
		if (System.getProperty("governance.write-docs") != null) {
			int start = text.indexOf(begin) + begin.length();
			text = text.substring(0, start) + table + text.substring(text.indexOf(END, start));
			Files.writeString(page, text);
		}
		assertThat(text).as("%s is not up to date: CONTRIBUTING.md tells how to write the table", page)
			.contains(begin + table + END);
	}

	@Test
	void everyPropertyHasADescription() throws IOException {
		assertThat(properties()).isNotEmpty()
			.allSatisfy(
					(name, property) -> assertThat(property.path("description").asString("")).as(name).isNotBlank());
	}

	@Test
	void readmeNamesOnlyPropertiesThatExist() throws IOException {
		List<String> known = new ArrayList<>(properties().keySet());
		for (String block : blocks(README, "yaml")) {
			Map<String, Object> flat = new TreeMap<>();
			new Yaml().loadAll(block).forEach((document) -> flatten("", document, flat));
			assertThat(flat.keySet()).filteredOn((key) -> key.startsWith("governance."))
				.allSatisfy(
						(key) -> assertThat(known).anyMatch((name) -> key.equals(name) || key.startsWith(name + ".")));
		}
	}

	@Test
	void javaOfTheReadmeIsCompiled() throws IOException {
		String compiled = squeeze(Files.readString(Path.of("src/test/java/io/governance/boot/ReadmeExample.java")));
		assertThat(blocks(README, "java")).isNotEmpty()
			.allSatisfy((block) -> assertThat(compiled).contains(squeeze(block)));
	}

	@Test
	void grayRulesOfTheGuideAreValid() throws IOException {
		List<String> rules = blocks(GUIDE, "yaml").stream().filter((block) -> block.startsWith("rules:")).toList();
		assertThat(rules).isNotEmpty()
			.allSatisfy(
					(block) -> assertThat(new GrayRulesParser(List.of()).parse("guide", block).rules()).isNotEmpty());
	}

	private static String squeeze(String text) {
		return text.replaceAll("\\s+", " ").trim();
	}

	private static List<String> blocks(Path page, String language) throws IOException {
		List<String> blocks = new ArrayList<>();
		Matcher matcher = Pattern.compile("```" + language + "\\n(.*?)```", Pattern.DOTALL)
			.matcher(Files.readString(page));
		while (matcher.find()) {
			blocks.add(matcher.group(1));
		}
		return blocks;
	}

	private static void flatten(String path, Object value, Map<String, Object> flat) {
		if (value instanceof Map<?, ?> map) {
			map.forEach((key, child) -> flatten(path.isEmpty() ? key.toString() : path + "." + key, child, flat));
		}
		else {
			flat.put(path, value);
		}
	}

	private static String table(Map<String, JsonNode> properties) {
		StringBuilder table = new StringBuilder("| property | default | what it does |\n| --- | --- | --- |\n");
		properties.forEach((name, property) -> table.append("| `")
			.append(name)
			.append("` | ")
			.append(defaultOf(property.path("defaultValue")))
			.append(" | ")
			.append(property.path("description").asString("").replace("|", "\\|"))
			.append(" |\n"));
		return table.toString();
	}

	private static String defaultOf(JsonNode value) {
		if (value.isMissingNode() || value.isNull()) {
			return "";
		}
		if (value.isArray()) {
			List<String> elements = new ArrayList<>();
			value.forEach((element) -> elements.add(element.asString()));
			return elements.isEmpty() ? "" : "`" + String.join(", ", elements) + "`";
		}
		return value.asString().isEmpty() ? "" : "`" + value.asString() + "`";
	}

	private static Map<String, JsonNode> properties() throws IOException {
		Map<String, JsonNode> properties = new TreeMap<>();
		for (URL url : Collections.list(DocumentationTests.class.getClassLoader()
			.getResources("META-INF/spring-configuration-metadata.json"))) {
			try (InputStream metadata = url.openStream()) {
				read(JsonMapper.shared().readTree(metadata), properties);
			}
		}
		return properties;
	}

	private static void read(JsonNode metadata, Map<String, JsonNode> properties) {
		for (JsonNode property : metadata.path("properties")) {
			String name = property.path("name").asString();
			if (name.startsWith("governance.")) {
				properties.put(name, property);
			}
		}
	}

}
