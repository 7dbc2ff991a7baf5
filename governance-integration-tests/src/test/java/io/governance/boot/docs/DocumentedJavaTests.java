package io.governance.boot.docs;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * All Java of the documentation compiles: it stands word by word in a source of this
 * build, or it is compiled here, as members of a class or as statements, with what
 * {@code documented/{page}.txt} puts around it.
 */
@Timeout(180)
class DocumentedJavaTests {

	private static final List<String> IMPORTS = List.of("java.nio.file.Path", "java.time.Duration", "java.util.*",
			"io.governance.backend.*", "io.governance.boot.call.*", "io.governance.boot.config.*",
			"io.governance.boot.loadbalancer.*", "io.governance.config.*", "io.governance.config.secret.*",
			"io.governance.gray.*", "io.governance.loadbalancer.*", "io.governance.lock.*",
			"io.governance.operations.*", "io.governance.registry.*", "io.micrometer.core.instrument.MeterRegistry",
			"org.springframework.cloud.client.circuitbreaker.CircuitBreakerFactory",
			"org.springframework.cloud.context.config.annotation.RefreshScope",
			"org.springframework.context.annotation.Bean", "org.springframework.context.event.EventListener",
			"org.springframework.stereotype.Service", "org.springframework.web.client.*",
			"reactor.core.publisher.Mono");

	@TempDir
	private Path classes;

	static Stream<CodeBlock> java() throws IOException {
		String sources = sources();
		return CodeBlock.all()
			.filter((block) -> block.language().equals("java"))
			.filter((block) -> !sources.contains(squeeze(block.text())));
	}

	private static String sources() throws IOException {
		StringBuilder all = new StringBuilder();
		try (Stream<Path> files = Files.walk(Path.of(".."))) {
			for (Path file : files.filter((file) -> file.toString().matches(".*/src/test/java/.*\\.java")).toList()) {
				all.append(squeeze(Files.readString(file))).append('\n');
			}
		}
		return all.toString();
	}

	private static String squeeze(String text) {
		return text.replaceAll("\\s+", " ").trim();
	}

	@ParameterizedTest
	@MethodSource("java")
	void javaThatIsShownCompiles(CodeBlock block) throws IOException {
		String context = context(block.page());
		String asMembers = errors(context + block.text());
		String asStatements = asMembers.isEmpty() ? ""
				: errors(context + "void shown() throws Exception {\n" + block.text() + "\n}");
		assertThat(asMembers.isEmpty() || asStatements.isEmpty())
			.as("%s%nas members: %s%nas statements: %s", block, asMembers, asStatements)
			.isTrue();
	}

	private static String context(String page) throws IOException {
		Path file = Path.of("src/test/resources/documented", page.replace(".md", ".txt").replace("docs/", ""));
		return Files.exists(file) ? Files.readString(file) : "";
	}

	private String errors(String members) throws IOException {
		StringBuilder source = new StringBuilder();
		IMPORTS.forEach((name) -> source.append("import ").append(name).append(";\n"));
		source.append("class Shown {\n").append(members).append("\n}\n");
		DiagnosticCollector<JavaFileObject> told = new DiagnosticCollector<>();
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		try (StandardJavaFileManager files = compiler.getStandardFileManager(told, Locale.ROOT,
				StandardCharsets.UTF_8)) {
			List<String> options = List.of("-proc:none", "-Xlint:none", "-d", this.classes.toString(), "-cp",
					System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
			compiler.getTask(new StringWriter(), files, told, options, null, List.of(new Source(source.toString())))
				.call();
		}
		return String.join("\n",
				told.getDiagnostics()
					.stream()
					.filter((it) -> it.getKind() == Diagnostic.Kind.ERROR)
					.map((it) -> it.getMessage(Locale.ROOT))
					.toList());
	}

	/** A source in memory. */
	private static final class Source extends SimpleJavaFileObject {

		private final String text;

		Source(String text) {
			super(URI.create("string:///Shown.java"), Kind.SOURCE);
			this.text = text;
		}

		@Override
		public CharSequence getCharContent(boolean ignoreEncodingErrors) {
			return this.text;
		}

	}

}
