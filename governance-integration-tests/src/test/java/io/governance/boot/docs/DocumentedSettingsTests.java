package io.governance.boot.docs;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

import javax.xml.parsers.DocumentBuilderFactory;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

import static org.assertj.core.api.Assertions.assertThat;

/** All settings of the documentation parse, and set what there is to be set. */
@Timeout(60)
class DocumentedSettingsTests {

	private static final Set<String> KNOWN = KnownProperties.read();

	static Stream<CodeBlock> yaml() throws IOException {
		return blocks("yaml");
	}

	static Stream<CodeBlock> properties() throws IOException {
		return blocks("properties");
	}

	static Stream<CodeBlock> xml() throws IOException {
		return blocks("xml");
	}

	private static Stream<CodeBlock> blocks(String language) throws IOException {
		return CodeBlock.all().filter((block) -> block.language().equals(language));
	}

	@ParameterizedTest
	@MethodSource("yaml")
	void yamlSetsWhatThereIs(CodeBlock block) {
		Map<String, Object> flat = new TreeMap<>();
		new Yaml(new SafeConstructor(new LoaderOptions())).loadAll(block.text())
			.forEach((document) -> flatten("", document, flat));
		assertThat(flat).isNotEmpty();
		assertKnown(flat.keySet());
	}

	@ParameterizedTest
	@MethodSource("properties")
	void propertiesSetWhatThereIs(CodeBlock block) throws IOException {
		Properties properties = new Properties();
		properties.load(new StringReader(block.text()));
		assertThat(properties).isNotEmpty();
		assertKnown(properties.stringPropertyNames());
	}

	/** Other keys are an application's own, or those of other documents. */
	private static void assertKnown(Set<String> keys) {
		assertThat(keys)
			.filteredOn((key) -> key.matches("(governance|spring(?!\\.grpc)|management|server|logging)\\..*"))
			.allSatisfy((key) -> assertThat(KNOWN).as(key)
				.anyMatch((known) -> key.equals(known) || key.startsWith(known + ".")));
	}

	private static void flatten(String path, Object value, Map<String, Object> flat) {
		if (value instanceof Map<?, ?> map) {
			map.forEach((key, child) -> flatten(path.isEmpty() ? key.toString() : path + "." + key, child, flat));
		}
		else {
			flat.put(path, value);
		}
	}

	@ParameterizedTest
	@MethodSource("xml")
	void modulesOfXmlExist(CodeBlock block) throws Exception {
		Element root = parse("<any>" + block.text() + "</any>");
		NodeList groups = root.getElementsByTagName("groupId");
		assertThat(groups.getLength()).isPositive();
		String version = text(parse(Files.readString(Path.of("..", "pom.xml"))), "version");
		for (int i = 0; i < groups.getLength(); i++) {
			Element owner = (Element) groups.item(i).getParentNode();
			assertThat(groups.item(i).getTextContent()).isEqualTo("io.governance");
			assertThat(Path.of("..", text(owner, "artifactId"), "pom.xml")).exists();
			if (owner.getElementsByTagName("version").getLength() > 0) {
				assertThat(text(owner, "version")).isEqualTo(version);
			}
		}
	}

	private static Element parse(String xml) throws Exception {
		return DocumentBuilderFactory.newDefaultInstance()
			.newDocumentBuilder()
			.parse(new InputSource(new StringReader(xml)))
			.getDocumentElement();
	}

	private static String text(Element owner, String tag) {
		return owner.getElementsByTagName(tag).item(0).getTextContent();
	}

}
