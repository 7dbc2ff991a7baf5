package io.governance.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.governance.testservers.EtcdServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.SpringApplication;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The jar itself, in processes of its own.
 */
class ExecutableJarTests {

	private static final String JAVA = Path.of(System.getProperty("java.home"), "bin", "java").toString();

	@TempDir
	private Path home;

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
		StringBuilder script = new StringBuilder("set -eu\n");
		Matcher blocks = Pattern.compile("```bash\\n(.*?)```", Pattern.DOTALL).matcher(page);
		while (blocks.find()) {
			script.append(blocks.group(1));
		}
		String application = Path
			.of(SpringApplication.class.getProtectionDomain().getCodeSource().getLocation().toURI())
			.toString();
		String session = script.toString()
			.replace("governance-cli/target/governance-cli.jar", System.getProperty("governance.cli.jar"))
			.replace("java -jar", JAVA + " -XX:TieredStopAtLevel=1 -jar")
			.replace("samples/quickstart/target/quickstart.jar", application);
		Run run = start("", List.of("bash", "-c", session));
		assertThat(run.code()).as(run.err()).isZero();
		assertThat(run.out()).contains("price-factor: 1.0\n", "+price-factor: 1.2", "create\tstaging/shop/orders.yaml",
				"did you mean 'logging.level.com.example'?");
	}

	private Run run(String input, String... arguments) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(
				List.of(JAVA, "-XX:TieredStopAtLevel=1", "-jar", System.getProperty("governance.cli.jar")));
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
			assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
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
