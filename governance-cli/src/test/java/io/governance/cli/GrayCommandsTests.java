package io.governance.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

class GrayCommandsTests {

	private static final String RULES = """
			rules:
			  - name: v2
			    service: orders
			    lane: gray
			    match: {any: [{users: [ann]}, {percentage: 20}]}
			  - {name: beta, feature: new-checkout, enabled: false, match: {users: [ann]}}
			  - {name: button, experiment: {A: 1, B: 3}}
			  - {name: pool, config: orders, variant: big, match: {percentage: 10}}
			""";

	@TempDir
	private Path home;

	private final Terminal terminal = new Terminal();

	private String file;

	private String store;

	@BeforeEach
	void write() throws IOException {
		this.file = Files.writeString(this.home.resolve("gray.yaml"), RULES).toString();
		this.store = Files.createDirectory(this.home.resolve("store")).toString();
	}

	@Test
	void explainsTheRulesOfAFile() {
		assertThat(this.terminal.run("gray", "explain", "--file", this.file, "--user", "ann")).isZero();
		assertThat(this.terminal.out().lines()).contains("lanes: orders=gray", "v2 (orders=gray): decides",
				"beta (feature new-checkout): disabled");
		assertThat(this.terminal.out()).contains("  yes  any", "    yes  users(1)", "percentage(20");
		assertThat(this.terminal.run("gray", "explain", "--file", this.file)).isZero();
		assertThat(this.terminal.out().lines()).contains("lanes: stable", "v2 (orders=gray): no match");
	}

	@Test
	void explainsTheStoredRulesAsJson() {
		assertThat(this.terminal.run("gray", "explain", "-a", this.store, "--user", "ann")).isEqualTo(1);
		assertThat(this.terminal.err()).contains("default/default/gray.yaml does not exist");
		assertThat(this.terminal.pipe(RULES, "put", "shop/gray.yaml", "-a", this.store)).isZero();
		assertThat(this.terminal.run("gray", "explain", "-a", this.store, "-g", "shop", "--user", "ann", "--header",
				"X-Region=cn", "--ip", "10.0.0.1", "--path", "/a", "-o", "json"))
			.isZero();
		JsonNode json = JsonMapper.shared().readTree(this.terminal.out());
		assertThat(json.path("lanes").asString()).isEqualTo("orders=gray");
		assertThat(json.path("variants").path("button").asString()).isIn("A", "B");
		assertThat(json.path("verdicts").get(0).path("condition").path("parts")).hasSize(2);
	}

	@Test
	void simulatesARuleOverAFileOfUsers() throws IOException {
		String users = IntStream.range(0, 20_000)
			.mapToObj((i) -> "user-" + Integer.toHexString(i * 7919))
			.collect(Collectors.joining("\r\n", "# users\n\n", "\n"));
		Path ids = Files.writeString(this.home.resolve("ids.txt"), users);
		assertThat(this.terminal.run("gray", "simulate", "--file", this.file, "--rule", "v2", "--users", ids.toString(),
				"-o", "json"))
			.isZero();
		JsonNode lane = JsonMapper.shared().readTree(this.terminal.out());
		assertThat(lane.get(0).path("result").asString()).isEqualTo("match");
		assertThat(lane.get(0).path("users").asInt()).isBetween(3600, 4400);
		assertThat(lane.get(0).path("users").asInt() + lane.get(1).path("users").asInt()).isEqualTo(20_000);
		assertThat(
				this.terminal.pipe(users, "gray", "simulate", "--file", this.file, "--rule", "button", "--users", "-"))
			.isZero();
		assertThat(this.terminal.out().lines()).hasSize(3)
			.allSatisfy((line) -> assertThat(line).matches("(A|B|none)\t\\d+\t\\d+\\.\\d\\d"));
		assertThat(
				this.terminal.run("gray", "simulate", "--file", this.file, "--rule", "none", "--users", ids.toString()))
			.isEqualTo(1);
		assertThat(this.terminal.err()).contains("[v2, beta, button]");
	}

	@Test
	void idsOfUsersAreUtf8AndMayHaveAByteOrderMark() throws IOException {
		Path ids = Files.writeString(this.home.resolve("ids.txt"), "\uFEFFann\n");
		assertThat(
				this.terminal.run("gray", "simulate", "--file", this.file, "--rule", "v2", "--users", ids.toString()))
			.isZero();
		assertThat(this.terminal.out()).startsWith("match\t1\t100.00");
		Files.write(ids, "j\u00fcrgen\n".getBytes(StandardCharsets.ISO_8859_1));
		assertThat(
				this.terminal.run("gray", "simulate", "--file", this.file, "--rule", "v2", "--users", ids.toString()))
			.isEqualTo(1);
		assertThat(this.terminal.err()).contains("ids.txt is not valid UTF-8");
	}

	@Test
	void beansOfApplicationsAreTakenForThere() throws IOException {
		Files.writeString(Path.of(this.file),
				RULES.replace("{users: [ann]}, {percentage", "{bean: vips}, {percentage"));
		assertThat(this.terminal.run("gray", "check", "--file", this.file)).isZero();
		assertThat(this.terminal.out()).contains("v2\torders=gray\tany[bean(vips), percentage(20.0)]");
		assertThat(this.terminal.run("gray", "explain", "--file", this.file, "--user", "ann")).isZero();
		assertThat(this.terminal.out()).contains("no   bean(vips): only the application knows");
		assertThat(this.terminal.run("lint", this.file)).isZero();
		assertThat(this.terminal.run("put", "shop/gray.yaml", this.file, "-a", this.store)).isZero();
		Files.writeString(Path.of(this.file), RULES.replace("{users: [ann]}, {percentage", "{vips: 1}, {percentage"));
		assertThat(this.terminal.run("put", "shop/gray.yaml", this.file, "-a", this.store)).isEqualTo(1);
		assertThat(this.terminal.err()).contains("gray.yaml:5:", "is not a known strategy");
	}

	@Test
	void checkListsRulesAndTellsWhereTheyGoWrong() throws IOException {
		assertThat(this.terminal.run("gray", "check", "--file", this.file)).isZero();
		assertThat(this.terminal.out().lines()).hasSize(4)
			.contains("beta\tfeature new-checkout\tusers(1)\t0\tdisabled");
		assertThat(this.terminal.err()).contains("4 gray rules are valid");
		Files.writeString(Path.of(this.file), RULES.replace("percentage: 20", "percentage: 200"));
		assertThat(this.terminal.run("gray", "check", "--file", this.file)).isEqualTo(1);
		assertThat(this.terminal.err()).contains("gray.yaml:5:", "rule 'v2'");
		assertThat(this.terminal.run("gray", "check", "--file", this.home.resolve("none.yaml").toString()))
			.isEqualTo(1);
		assertThat(this.terminal.run("gray")).isEqualTo(2);
	}

}
