package io.governance.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.governance.testservers.EtcdServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplication;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The jar itself, in processes of its own.
 */
class ExecutableJarTests {

	private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

	/** For processes that live for less than a second. */
	private static final List<String> TUNING = List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

	/** What most commands load: some fifty of them are started here. */
	@TempDir
	private static Path archive;

	@TempDir
	private Path home;

	@BeforeAll
	static void archiveClasses(@TempDir Path home) throws Exception {
		List<String> command = java("ArchiveClassesAtExit");
		command.addAll(List.of(System.getProperty("governance.cli.jar"), "list", "-a", home.toString()));
		Process process = new ProcessBuilder(command).redirectErrorStream(true)
			.redirectOutput(home.resolve("out").toFile())
			.start();
		try {
			assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
			assertThat(process.exitValue()).as(Files.readString(home.resolve("out"))).isZero();
		}
		finally {
			process.destroyForcibly();
		}
	}

	/** The program with its options, up to the jar. */
	private static List<String> java(String archiveOption) {
		List<String> command = new ArrayList<>(List.of(JAVA));
		command.addAll(TUNING);
		command.addAll(List.of("-XX:" + archiveOption + "=" + archive.resolve("cli.jsa"), "-jar"));
		return command;
	}

	private static String javaJar() {
		return String.join(" ", java("SharedArchiveFile"));
	}

	@Test
	void documentGoesInAndComesOut() throws Exception {
		String store = this.home.resolve("store").toString();
		Run put = run("a: 1\n", "put", "orders.yaml", "-a", store, "-m", "first");
		assertThat(put.code()).as(put.err()).isZero();
		assertThat(put.err()).contains("publish done default/default/orders.yaml on local by").doesNotContain("a: 1");
		Run get = run("", "get", "orders.yaml", "-a", store);
		assertThat(get).isEqualTo(new Run(0, "a: 1\n", ""));
		assertThat(run("", "get", "none.yaml", "-a", store).code()).isEqualTo(1);
		assertThat(run("", "get").code()).isEqualTo(2);
		assertThat(run("", "--version").out()).startsWith("governance 0.");
	}

	@Test
	void lettersThatTheLocaleDoesNotHaveAreRefusedRatherThanPublished() throws Exception {
		String put = "printf 'a: 1' | LC_ALL=%s " + javaJar() + " '" + System.getProperty("governance.cli.jar")
				+ "' put orders.yaml -a '" + this.home + "' -m \"$(printf 'gr\\303\\274n')\"";
		Run ascii = start("", List.of("bash", "-c", put.formatted("C")));
		assertThat(ascii.code()).as(ascii.err()).isEqualTo(2);
		assertThat(ascii.err()).contains("set LC_ALL=C.UTF-8");
		Run unicode = start("", List.of("bash", "-c", put.formatted("C.UTF-8")));
		assertThat(unicode.code()).as(unicode.err()).isZero();
		assertThat(run("", "history", "orders.yaml", "-a", this.home.toString()).out()).endsWith("\tgr\u00fcn\n");
	}

	@Test
	void allBackendsAreInTheJar() throws Exception {
		Run unknown = run("", "list", "-b", "none");
		assertThat(unknown.err()).contains("[consul, etcd, local, nacos]");
		String etcd = EtcdServer.shared().address();
		Run put = run("a: 1\n", "put", "orders.yaml", "-b", "etcd", "-a", etcd, "-n", "jar");
		assertThat(put.code()).as(put.err()).isZero();
		assertThat(run("", "get", "orders.yaml", "-b", "etcd", "-a", etcd, "-n", "jar"))
			.isEqualTo(new Run(0, "a: 1\n", ""));
		for (String backend : List.of("consul", "nacos")) {
			String nobody = backend.equals("consul") ? "http://127.0.0.1:1" : "127.0.0.1:1";
			Run down = run("", "get", "orders.yaml", "-b", backend, "-a", nobody);
			assertThat(down.code()).as(down.err()).isEqualTo(3);
			assertThat(down.err().lines()).as("one line is enough").hasSizeLessThanOrEqualTo(2);
		}
	}

	@Test
	void sessionOfTheDocumentationRuns() throws Exception {
		String page = Files.readString(Path.of("..", "docs", "cli.md"));
		String script = "set -eu\n" + String.join("", blocks(page, "bash"));
		String application = Path
			.of(SpringApplication.class.getProtectionDomain().getCodeSource().getLocation().toURI())
			.toString();
		String session = script
			.replace("governance-cli/target/governance-cli.jar", System.getProperty("governance.cli.jar"))
			.replace("java -jar", javaJar())
			.replace("samples/quickstart/target/quickstart.jar", application);
		Run run = start("", List.of("bash", "-c", session));
		assertThat(run.code()).as(run.err()).isZero();
		assertThat(run.out()).contains("price-factor: 1.0\n", "+price-factor: 1.2", "create\tstaging/shop/orders.yaml",
				"did you mean 'logging.level.com.example'?");
		List<String> printed = blocks(page, "text");
		assertThat(printed).hasSize(2);
		assertThat(run.out()).containsSubsequence(printed);
	}

	private static List<String> blocks(String page, String language) {
		return Pattern.compile("```" + language + "\\n(.*?)```", Pattern.DOTALL)
			.matcher(page)
			.results()
			.map((block) -> block.group(1))
			.toList();
	}

	@Test
	void commandsOfOtherPagesRun() throws Exception {
		Files.createDirectories(this.home.resolve("config/dev/shop"));
		Files.writeString(this.home.resolve("config/dev/shop/orders.yaml"), "price-factor: 1.2\n");
		Files.writeString(this.home.resolve("gray.yaml"),
				"rules: [{name: orders-v2, service: orders, lane: gray, match: {users: [user123]}}]\n");
		Files.writeString(this.home.resolve("ids.txt"), "user123\nuser456\n");
		String etcd = EtcdServer.shared().address();
		StringBuilder script = new StringBuilder("set -eu\ncd '" + this.home + "'\n")
			.append("governance() { " + javaJar() + " '")
			.append(Path.of(System.getProperty("governance.cli.jar")).toAbsolutePath() + "' \"$@\"; }\n")
			.append("export ETCD=" + etcd + " COMMIT=4f1c2a9 GOVERNANCE_ETCD_ROOT=documented\n");
		Stream.concat(bash("gray-operations.md").stream(), bash("operators.md").stream())
			.filter((block) -> block.contains("governance "))
			.filter((block) -> !block.contains("etcdctl"))
			.forEach(script::append);
		Run run = start("", List.of("bash", "-c", script.toString()));
		assertThat(run.code()).as(run.err()).isZero();
		assertThat(run.out()).contains("orders-v2 (orders=gray): decides", "match\t1\t50.00",
				"create\tdev/shop/orders.yaml");
		Run published = run("", "history", "shop/orders.yaml", "-b", "etcd", "-a", etcd, "-n", "dev", "-s",
				"etcd.root=documented");
		assertThat(published.out()).contains("commit 4f1c2a9");
	}

	private static List<String> bash(String page) throws IOException {
		return blocks(Files.readString(Path.of("..", "docs", page)), "bash");
	}

	private Run run(String input, String... arguments) throws IOException, InterruptedException {
		List<String> command = java("SharedArchiveFile");
		command.add(System.getProperty("governance.cli.jar"));
		command.addAll(List.of(arguments));
		return start(input, command);
	}

	private Run start(String input, List<String> command) throws IOException, InterruptedException {
		Path in = Files.writeString(this.home.resolve("in"), input);
		Path out = this.home.resolve("out");
		Path err = this.home.resolve("err");
		ProcessBuilder builder = new ProcessBuilder(command).redirectInput(in.toFile())
			.redirectOutput(out.toFile())
			.redirectError(err.toFile());
		builder.environment().put("TMPDIR", this.home.toString());
		Process process = builder.start();
		try {
			assertThat(process.waitFor(300, TimeUnit.SECONDS)).isTrue();
		}
		finally {
			process.destroyForcibly();
		}
		return new Run(process.exitValue(), Files.readString(out, StandardCharsets.UTF_8),
				Files.readString(err, StandardCharsets.UTF_8));
	}

	/** What came of a command. */
	record Run(int code, String out, String err) {
	}

}
