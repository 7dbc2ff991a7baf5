package io.governance.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.governance.testservers.EtcdServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The jar itself, in processes of its own.
 */
class ExecutableJarTests {

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

	private Run run(String input, String... arguments) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1",
						"-jar", System.getProperty("governance.cli.jar")));
		command.addAll(List.of(arguments));
		Path in = Files.writeString(this.home.resolve("in"), input);
		Path out = this.home.resolve("out");
		Path err = this.home.resolve("err");
		Process process = new ProcessBuilder(command).redirectInput(in.toFile())
			.redirectOutput(out.toFile())
			.redirectError(err.toFile())
			.start();
		try {
			assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
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
