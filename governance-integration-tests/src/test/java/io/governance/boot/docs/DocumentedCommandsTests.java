package io.governance.boot.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Commands of the documentation are run by a test that is named here, or what they name
 * exists. A block that nobody runs and nobody looks at fails.
 */
@Timeout(60)
class DocumentedCommandsTests {

	/** Who runs the blocks of a language, by page and language. */
	private static final Map<String, List<String>> RUN = Map.of( //
			"docs/cli.md bash", List.of("governance-cli/src/test/java/io/governance/cli/ExecutableJarTests.java"),
			"docs/gray-operations.md bash",
			List.of("governance-cli/src/test/java/io/governance/cli/ExecutableJarTests.java"), "docs/operators.md bash",
			List.of("governance-cli/src/test/java/io/governance/cli/ExecutableJarTests.java",
					"governance-etcd/src/test/java/io/governance/etcd/EtcdLeastPrivilegeTests.java"),
			"docs/operators.md hcl",
			List.of("governance-consul/src/test/java/io/governance/consul/ConsulSecurityTests.java"));

	/** What is no command: how many blocks of a page say what something looks like. */
	private static final Map<String, Long> SHOWN = Map.of( //
			"docs/cli.md text", 2L, // what commands print
			"docs/gray-release.md ", 2L, // a table of networks, a line for editors
			"docs/lanes.md ", 1L, // headers
			"docs/observability.md ", 1L, "samples/platform/README.md ", 1L); // a query,
																				// held by
																				// ObservabilityFilesTests,
																				// and a
																				// picture

	private static final Pattern ENDPOINT = Pattern.compile("/actuator/([a-z]+)");

	private static final Pattern SOURCE = Pattern.compile(".*/src/(main|test)/java/.*\\.java");

	private static List<Path> sources = List.of();

	@BeforeAll
	static void findSources() throws IOException {
		try (Stream<Path> files = Files.walk(Path.of(".."))) {
			sources = files.filter((file) -> SOURCE.matcher(file.toString()).matches()).toList();
		}
	}

	static Stream<CodeBlock> commands() throws IOException {
		Set<String> others = Set.of("java", "yaml", "properties", "xml");
		return CodeBlock.all().filter((block) -> !others.contains(block.language()));
	}

	private static String kind(CodeBlock block) {
		return block.page() + " " + block.language();
	}

	@ParameterizedTest
	@MethodSource("commands")
	void commandIsRunOrNamesWhatThereIs(CodeBlock block) throws IOException {
		if (RUN.containsKey(kind(block))) {
			String page = block.page().replace("docs/", "");
			for (String test : RUN.get(kind(block))) {
				assertThat(Path.of("..", test)).content().contains(page);
			}
		}
		else if (!SHOWN.containsKey(kind(block)) || isCommand(block)) {
			assertThat(isCommand(block)).as("%s is run by no test: name one, or what it shows", block).isTrue();
			assertNamesWhatThereIs(block.text());
		}
	}

	private static boolean isCommand(CodeBlock block) {
		return Pattern.compile("(^|\\s)(\\./mvnw|java -|curl |samples/[a-z]+/run)").matcher(block.text()).find();
	}

	@Test
	void whatIsNoCommandDoesNotGrow() throws IOException {
		SHOWN.forEach((kind, count) -> {
			try (Stream<CodeBlock> blocks = commands()) {
				assertThat(blocks.filter((block) -> kind(block).equals(kind)).filter((block) -> !isCommand(block)))
					.as(kind)
					.hasSize(count.intValue());
			}
			catch (IOException ex) {
				throw new AssertionError(ex);
			}
		});
	}

	private static void assertNamesWhatThereIs(String commands) throws IOException {
		assertThat(ENDPOINT.matcher(commands).results().map((name) -> name.group(1)))
			.allSatisfy((name) -> assertThat(sources)
				.anyMatch((file) -> text(file).contains("Endpoint(id = \"" + name + "\"")));
		for (String line : commands.replace("\\\n", " ").split("\n")) {
			String[] words = line.trim().split("\\s+");
			for (int i = 0; i < words.length - 1; i++) {
				if (words[i].equals("-pl")) {
					assertThat(words[i + 1].split(","))
						.allSatisfy((module) -> assertThat(Path.of("..", module, "pom.xml")).exists());
				}
			}
			assertThat(Arrays.stream(words).filter((word) -> word.startsWith("samples/") && word.endsWith("/run")))
				.allSatisfy((script) -> assertThat(Path.of("..", script)).isExecutable());
			tests(line).forEach((pattern) -> assertThat(sources)
				.anyMatch((file) -> pattern.matcher(file.getFileName().toString()).matches()));
			Pattern.compile("io\\.governance[a-z.]*\\.([A-Z]\\w+)")
				.matcher(line)
				.results()
				.forEach((name) -> assertThat(sources)
					.anyMatch((file) -> file.getFileName().toString().equals(name.group(1) + ".java")));
			Pattern.compile("benchmarks\\.jar +'?\\(?(\\w+)")
				.matcher(line)
				.results()
				.filter((name) -> !name.group(1).startsWith("io"))
				.forEach((name) -> assertThat(sources).as(name.group(1))
					.anyMatch((file) -> file.toString().contains("benchmarks")
							&& file.getFileName().toString().startsWith(name.group(1))));
		}
	}

	private static Stream<Pattern> tests(String line) {
		return Pattern.compile("-Dtest='?([\\w*]+)'?")
			.matcher(line)
			.results()
			.map((MatchResult test) -> Pattern.compile(test.group(1).replace("*", ".*") + "\\.java"));
	}

	private static String text(Path file) {
		try {
			return Files.readString(file);
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

}
