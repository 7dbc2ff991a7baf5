package io.governance.lint;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import io.governance.GovernanceException;
import io.governance.config.DocumentId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.Banner;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

class ConfigLinterTests {

	private static final String METADATA = "META-INF/spring-configuration-metadata.json";

	@TempDir
	private Path home;

	private Path classes;

	@BeforeEach
	void buildApplication() throws IOException {
		this.classes = this.home.resolve("classes");
		for (Map.Entry<String, byte[]> file : classes().entrySet()) {
			Path path = this.classes.resolve(file.getKey());
			Files.createDirectories(path.getParent());
			Files.write(path, file.getValue());
		}
	}

	@Test
	void documentThatTheApplicationUnderstandsHasNoFindings() {
		assertThat(lint("""
				shop:
				  maxPoolSize: 10
				  timeout: 5s
				  MAX_SIZE: 10MB
				  open: yes
				  color: DARK_RED
				  rate: 0.5
				  tags: [a, b]
				  ports: 1, 2,3
				  limits:
				    anybody: 5
				    "[a.b]": 7
				  regions:
				    eu: {name: x, count: 1}
				  servers:
				    - host: x
				  nested.url: ${DATABASE_URL:none}
				  charset: utf-8
				  pattern: "[a-z]+"
				  uuid: 7f2c2b5e-6f0f-4c43-9d3e-0a3f5c0f6a11
				  letter: x
				  huge: 123456789012345678901234567890
				  period: 10d
				  any:
				    thing: goes
				""")).isEmpty();
	}

	@Test
	void unknownKeyTellsWhatWasMeant() {
		List<LintFinding> findings = lint("""
				shop:
				  max-pol-size: 10
				  nested:
				    urll: x
				  zzzzzzz: 1
				""");
		assertThat(findings).extracting(LintFinding::toString)
			.containsExactly(
					"orders.yaml:2:17: error: 'shop.max-pol-size' is not a property of this application: "
							+ "did you mean 'shop.max-pool-size'?",
					"orders.yaml:4:11: error: 'shop.nested.urll' is not a property of this application: "
							+ "did you mean 'shop.nested.url'?",
					"orders.yaml:5:12: error: 'shop.zzzzzzz' is not a property of this application");
	}

	@ParameterizedTest
	@ValueSource(strings = { "max-pool-size: many", "max-pool-size: 1.5", "max-pool-size: 99999999999", "timeout: soon",
			"timeout: 5 parsecs", "max-size: 10 potatoes", "open: perhaps", "color: dark-blue", "rate: fast",
			"ports: [1, x]", "ports: 1, x", "limits: {somebody: few}", "charset: klingon", "open: 1", "timeout: '5s '",
			"max-pool-size: ' '", "limits: 5", "limits: few", "limits: {}", "limits:" })
	void valueOfTheWrongTypeIsAnError(String line) {
		List<LintFinding> findings = lint("shop:\n  " + line + "\n");
		assertThat(findings).hasSize(1);
		LintFinding finding = findings.get(0);
		assertThat(finding.severity()).isEqualTo(LintFinding.Severity.ERROR);
		assertThat(finding.line()).isEqualTo(2);
		assertThat(finding.key()).startsWith("shop.");
		assertThat(finding.property()).startsWith("shop.");
		assertThat(finding.fix()).startsWith("it must be ");
	}

	@Test
	void spacesAtTheEndCountAsInTheApplication() {
		assertThat(lint(this.classes, "orders.properties", "shop.timeout=5s \n")).extracting(LintFinding::fix)
			.singleElement(as(STRING))
			.startsWith("it must be a duration");
		assertThat(lint(this.classes, "orders.properties", "shop.max-pool-size=10 \nshop.ports=1 , 2 \nshop.open=1\n"))
			.isEmpty();
	}

	@Test
	void findingNamesTheConstantsOfAnEnumButNotTheValue() {
		assertThat(lint("shop.color: dark-bleu\n")).extracting(LintFinding::toString)
			.containsExactly("orders.yaml:1:13: error: 'shop.color' has a value that cannot be used: "
					+ "it must be one of blue, dark-red; did you mean 'dark-red'?");
	}

	@ParameterizedTest
	@ValueSource(strings = { "off", "false", "Off", "'OFF'", "console" })
	void constantThatYamlTakesForABooleanIsMeant(String mode) {
		assertThat(lintOwn("spring.main.banner-mode: " + mode + "\n")).isEmpty();
	}

	@Test
	void booleanIsNoConstantOfAnEnumWithoutOne() {
		assertThat(lintOwn("spring.main.banner-mode: on\n")).extracting(LintFinding::fix)
			.singleElement(as(STRING))
			.startsWith("it must be one of off, console, log");
		assertThat(lint("shop.color: off\n")).hasSize(1);
	}

	@Test
	void placeholdersAndEncryptedValuesAreLeftAlone() {
		assertThat(lint("shop:\n  max-pool-size: ${POOL}\n  timeout: '{cipher}abc'\n  rate:\n")).isEmpty();
	}

	@Test
	void keyInTwoSpellingsIsADuplicate() {
		assertThat(lint("shop:\n  max-pool-size: 1\n  maxPoolSize: 2\n")).extracting(LintFinding::toString)
			.containsExactly("orders.yaml:3:16: error: 'shop.maxPoolSize' is another spelling of the key in line 2: "
					+ "keep one of them");
	}

	@Test
	void everyPartOfADocumentIsChecked() {
		assertThat(lint("""
				shop.max-pool-size: 1
				---
				spring.config.activate.on-profile: gray
				shop.maxPoolSize: many
				---
				shop.rat: 2
				""")).extracting(LintFinding::line).containsExactly(4, 6);
	}

	@Test
	void whatRemoteConfigMayNotSayIsToldUnlessItIsAllowed() {
		ConfigLinter strict = ConfigLinter.of(null, List.of());
		ConfigLinter lenient = ConfigLinter.of(null, List.of("management.tracing"));
		DocumentId id = new DocumentId("dev", "shop", "orders.yaml");
		byte[] text = "management.tracing.x: 1\nshop.name: '#{1}'\n".getBytes(StandardCharsets.UTF_8);
		assertThat(strict.lint("orders.yaml", id, text)).extracting(LintFinding::reason)
			.containsExactly("is ignored in remote config", "holds an expression '#{'");
		assertThat(lenient.lint("orders.yaml", id, text)).extracting(LintFinding::line).containsExactly(2);
	}

	@Test
	void keyThatStandsTwiceIsAnErrorWithItsPlace() {
		assertThat(lint("shop:\n  max-pool-size: 1\n  max-pool-size: 2\n")).singleElement()
			.satisfies((finding) -> assertThat(finding.toString()).startsWith("orders.yaml:3:3: error: ")
				.contains("for the second time, first in line 2"));
	}

	@Test
	void deprecatedKeyNamesItsReplacement() {
		assertThat(lint("shop:\n  old: 1\n  gone: 2\n")).extracting(LintFinding::toString)
			.containsExactly("orders.yaml:2:8: warning: 'shop.old' is deprecated: use 'shop.rate'",
					"orders.yaml:3:9: error: 'shop.gone' is no longer supported: nobody needs it");
	}

	@Test
	void keyBelowASingleValueIsAnError() {
		assertThat(lint("shop.rate.per-second: 1\n")).extracting(LintFinding::reason)
			.containsExactly("stands below 'shop.rate', which is a single value");
	}

	@Test
	void valueInThePlaceOfAGroupIsAnError() {
		assertThat(lint("shop.nested: 1\n")).extracting(LintFinding::reason)
			.containsExactly("has a value, but is only what other properties begin with");
	}

	@Test
	void unknownPrefixIsAWarningUnlessItIsAllowed() {
		String text = "shp:\n  rate: 1\nfeature:\n  x: 1\n";
		assertThat(lint(text)).extracting(LintFinding::toString)
			.containsExactly(
					"orders.yaml:2:9: warning: 'shp.rate' begins with a prefix that no metadata know: "
							+ "did you mean 'shop.rate'?",
					"orders.yaml:4:6: warning: 'feature.x' begins with a prefix that no metadata know: "
							+ "if something else reads it, allow its prefix");
		assertThat(lint(this.classes, "orders.yaml", text, "feature", "shp.rate")).isEmpty();
		assertThat(lint(this.classes, "orders.yaml", "shop.hidden.x: 1", "shop.hidden")).isEmpty();
	}

	@Test
	void otherFormatsAreCheckedAsWell() {
		assertThat(lint(this.classes, "orders.properties", "# x\nshop.rate=fast\n")).extracting(LintFinding::line)
			.containsExactly(2);
		assertThat(lint(this.classes, "orders.json", "{\"shop\": {\n\"rate\": \"fast\"}}"))
			.extracting(LintFinding::line)
			.containsExactly(2);
		assertThat(lint(this.classes, "motd", "{[")).isEmpty();
	}

	@Test
	void grayRulesAreCheckedByTheirOwnRules() {
		assertThat(lint(this.classes, "gray.yaml", "rules:\n- name: a\n  servise: b\n")).singleElement()
			.satisfies((finding) -> assertThat(finding.toString()).startsWith("gray.yaml:3:3: error: ")
				.contains("did you mean 'service'?"));
	}

	@Test
	void withoutMetadataOnlyTheFormIsChecked() {
		ConfigLinter linter = ConfigLinter.of(null, List.of());
		DocumentId id = new DocumentId("dev", "shop", "orders.yaml");
		assertThat(linter.lint("orders.yaml", id, "x: 1".getBytes(StandardCharsets.UTF_8))).isEmpty();
		assertThat(linter.lint("orders.yaml", id, "x: [".getBytes(StandardCharsets.UTF_8))).hasSize(1);
	}

	@Test
	void metadataAreReadFromJarsAndExecutableJarsAndFiles() throws IOException {
		Map<String, byte[]> classes = classes();
		Path jar = write("app.jar", jar(classes));
		Map<String, byte[]> executable = new LinkedHashMap<>();
		executable.put("BOOT-INF/lib/library.jar", jar(classes));
		Path fat = write("fat.jar", jar(executable));
		Map<String, byte[]> own = new LinkedHashMap<>();
		classes.forEach((name, content) -> own.put("BOOT-INF/classes/" + name, content));
		Path plain = write("own.jar", jar(own));
		for (Path source : List.of(jar, fat, plain, this.classes)) {
			assertThat(lint(source, "orders.yaml", "shop:\n  color: no\n  rat: 1\n")).as(source.toString()).hasSize(2);
		}
		Path file = this.classes.resolve(METADATA);
		assertThat(lint(file, "orders.yaml", "shop:\n  color: no\n  rat: 1\n")).as("knows no enum").hasSize(1);
	}

	@Test
	void sourceWithoutMetadataIsRefused() throws IOException {
		Path empty = Files.createDirectory(this.home.resolve("empty"));
		Path text = Files.writeString(this.home.resolve("text.jar"), "text");
		Path broken = Files.writeString(this.home.resolve("broken.json"), "{\"properties\": 5");
		for (Path source : List.of(empty, text, broken, this.home.resolve("missing.jar"))) {
			assertThatExceptionOfType(GovernanceException.class)
				.isThrownBy(() -> ApplicationMetadata.read(List.of(source)))
				.withMessageContaining(source.toString());
		}
	}

	@Test
	void conditionThatNoApplicationUnderstandsIsAnError() {
		for (String condition : List.of("on-profile: 'a &'", "on-cloud-platform: kubernetes")) {
			assertThat(lint("a: 1\n---\nspring.config.activate." + condition)).singleElement()
				.satisfies((finding) -> assertThat(finding.toString()).contains("orders.yaml:3:", "error",
						"spring.config.activate"));
		}
	}

	@Test
	void grayRulesMayStandInAnotherDocument() {
		byte[] wrong = "rules:\n- name: a\n  servise: b\n".getBytes(StandardCharsets.UTF_8);
		DocumentId lanes = new DocumentId("dev", "shop", "lanes.yaml");
		assertThat(ConfigLinter.of(null, List.of()).lint("lanes.yaml", lanes, wrong)).isEmpty();
		assertThat(ConfigLinter.of(null, List.of(), "lanes.yaml").lint("lanes.yaml", lanes, wrong)).hasSize(1);
	}

	private List<LintFinding> lint(String text) {
		return lint(this.classes, "orders.yaml", text);
	}

	/** Spring Boot's own properties. */
	private static List<LintFinding> lintOwn(String text) {
		Path boot = Path.of(URI.create(Banner.class.getProtectionDomain().getCodeSource().getLocation().toString()));
		return lint(boot, "orders.yaml", text, "spring.main");
	}

	private static List<LintFinding> lint(Path source, String name, String text, String... allowed) {
		return ConfigLinter.of(ApplicationMetadata.read(List.of(source)), List.of(allowed))
			.lint(name, new DocumentId("dev", "shop", name), text.getBytes(StandardCharsets.UTF_8));
	}

	private Path write(String name, byte[] content) throws IOException {
		return Files.write(this.home.resolve(name), content);
	}

	private static byte[] jar(Map<String, byte[]> files) throws IOException {
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		try (OutputStream out = bytes; ZipOutputStream zip = new ZipOutputStream(out)) {
			for (Map.Entry<String, byte[]> file : files.entrySet()) {
				zip.putNextEntry(new ZipEntry(file.getKey()));
				zip.write(file.getValue());
				zip.closeEntry();
			}
		}
		return bytes.toByteArray();
	}

	private static Map<String, byte[]> classes() throws IOException {
		Map<String, byte[]> classes = new LinkedHashMap<>();
		String color = Color.class.getName().replace('.', '/') + ".class";
		try (InputStream input = ConfigLinterTests.class.getClassLoader().getResourceAsStream(color)) {
			classes.put(color, input.readAllBytes());
		}
		classes.put(METADATA, metadata().getBytes(StandardCharsets.UTF_8));
		return classes;
	}

	private static String metadata() {
		return """
				{"groups": [{"name": "shop", "type": "x.Shop"}, {"name": "shop.nested", "type": "x.Nested"}],
				"properties": [
				{"name": "shop.max-pool-size", "type": "java.lang.Integer"},
				{"name": "shop.timeout", "type": "java.time.Duration"},
				{"name": "shop.max-size", "type": "org.springframework.util.unit.DataSize"},
				{"name": "shop.open", "type": "java.lang.Boolean"},
				{"name": "shop.color", "type": "%s"},
				{"name": "shop.rate", "type": "java.lang.Double"},
				{"name": "shop.charset", "type": "java.nio.charset.Charset"},
				{"name": "shop.pattern", "type": "java.util.regex.Pattern"},
				{"name": "shop.uuid", "type": "java.util.UUID"},
				{"name": "shop.letter", "type": "java.lang.Character"},
				{"name": "shop.huge", "type": "java.math.BigInteger"},
				{"name": "shop.period", "type": "java.time.Period"},
				{"name": "shop.tags", "type": "java.util.List<java.lang.String>"},
				{"name": "shop.ports", "type": "java.lang.Integer[]"},
				{"name": "shop.limits", "type": "java.util.Map<java.lang.String,java.lang.Integer>"},
				{"name": "shop.regions", "type": "java.util.Map<java.lang.String,x.Region>"},
				{"name": "shop.servers", "type": "java.util.List<x.Server>"},
				{"name": "shop.any", "type": "x.Anything"},
				{"name": "shop.nested.url", "type": "java.lang.String"},
				{"name": "shop.old", "type": "java.lang.Double", "deprecated": true,
				"deprecation": {"replacement": "shop.rate"}},
				{"name": "shop.gone", "type": "java.lang.Double", "deprecated": true,
				"deprecation": {"level": "error", "reason": "nobody needs it"}}
				]}
				""".formatted(Color.class.getName());
	}

	/** What a property may be. */
	enum Color {

		BLUE, DARK_RED

	}

}
