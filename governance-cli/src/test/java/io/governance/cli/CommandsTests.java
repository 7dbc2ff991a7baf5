package io.governance.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class CommandsTests {

	@TempDir
	private Path home;

	private Terminal terminal;

	@BeforeEach
	void open() throws IOException {
		this.terminal = new Terminal("-a", Files.createDirectory(this.home.resolve("store")).toString(), "-n", "dev");
	}

	@Test
	void documentIsPublishedAndPrintedToTheLastByte() {
		assertThat(this.terminal.pipe("\uFEFFa: ä\r\n", "put", "orders.yaml")).isZero();
		assertThat(this.terminal.out()).startsWith("dev/default/orders.yaml revision ");
		assertThat(this.terminal.run("get", "orders.yaml")).isZero();
		assertThat(this.terminal.out()).isEqualTo("\uFEFFa: ä\r\n");
		assertThat(this.terminal.run("get", "shop/orders.yaml")).isEqualTo(1);
		assertThat(this.terminal.err()).contains("document dev/shop/orders.yaml does not exist");
	}

	@Test
	void documentThatDoesNotParseIsRefusedUnlessForced() throws IOException {
		Path file = Files.writeString(this.home.resolve("bad.yaml"), "a: 1\na: 2\n");
		assertThat(this.terminal.run("put", "orders.yaml", file.toString())).isEqualTo(1);
		assertThat(this.terminal.err()).contains("dev/default/orders.yaml:2:1: ");
		assertThat(this.terminal.run("put", "orders.yaml", file.toString(), "--force")).isZero();
	}

	@Test
	void grayRulesAreHeldToTheirOwnRulesWhateverTheirDocumentIsCalled() {
		String wrong = "rules:\n- name: a\n  servise: b\n";
		assertThat(this.terminal.pipe(wrong, "put", "gray.yaml")).isEqualTo(1);
		assertThat(this.terminal.err()).contains("gray.yaml:3:3: ", "did you mean 'service'?");
		assertThat(this.terminal.pipe(wrong, "put", "lanes.yaml")).isZero();
		assertThat(this.terminal.pipe(wrong, "put", "lanes.yaml", "-s", "gray.document=lanes.yaml")).isEqualTo(1);
	}

	@Test
	void directoryInThePlaceOfADocumentIsNamed() {
		assertThat(this.terminal.run("put", "orders.yaml", this.home.toString())).isEqualTo(1);
		assertThat(this.terminal.err()).contains("'" + this.home + "' is a directory: name a file");
	}

	@Test
	void whatTheLocaleHasLostIsRefused() {
		assertThat(this.terminal.pipe("a: 1", "put", "orders.yaml", "-m", "gr\uFFFD\uFFFDn")).isEqualTo(2);
		assertThat(this.terminal.err()).contains("set LC_ALL=C.UTF-8");
		assertThat(this.terminal.run("get", "orders.yaml")).isEqualTo(1);
	}

	@Test
	void nothingThatIsPipedInIsNoDocument() throws IOException {
		this.terminal.pipe("a: 1", "put", "orders.yaml");
		assertThat(this.terminal.run("put", "orders.yaml")).isEqualTo(1);
		assertThat(this.terminal.err()).contains("nothing was piped in");
		assertThat(this.terminal.pipe("b: 1", "put", "stock.yaml", "--also", "orders.yaml=-")).isEqualTo(1);
		this.terminal.run("get", "orders.yaml");
		assertThat(this.terminal.out()).isEqualTo("a: 1");
		Path empty = Files.createFile(this.home.resolve("empty.yaml"));
		assertThat(this.terminal.run("put", "orders.yaml", empty.toString())).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "locl.lease=3s", "config.group=shop", "governance.gray.documnt=lanes.yaml" })
	void settingThatNobodyReadsIsRefused(String setting) {
		assertThat(this.terminal.pipe("a: 1", "put", "orders.yaml", "-s", setting)).isEqualTo(2);
		assertThat(this.terminal.err()).contains("there is no setting 'governance.",
				setting.substring(setting.lastIndexOf("governance.") + 1, setting.indexOf('=')));
		assertThat(this.terminal.run("get", "orders.yaml")).isEqualTo(1);
	}

	@Test
	void settingsOfOtherBackendsMayBeGivenToAllCommandsOfAScript() {
		assertThat(this.terminal.pipe("a: 1", "put", "orders.yaml", "-s", "etcd.root=team", "-s",
				"governance.consul.max-wait=9s", "-s", "local.lease=3s"))
			.isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "history orders.yaml --limit 0", "history orders.yaml --limit -1",
			"diff orders.yaml --context -1", "watch orders.yaml --seconds 0", "watch orders.yaml --seconds -1",
			"watch orders.yaml --count -1" })
	void numberThatMakesNoSenseIsWrongUsage(String arguments) {
		this.terminal.pipe("a: 1\n", "put", "orders.yaml");
		this.terminal.pipe("a: 2\n", "put", "orders.yaml");
		assertThat(this.terminal.run(arguments.split(" "))).isEqualTo(2);
		assertThat(this.terminal.err()).contains(arguments.split(" ")[2] + " ");
		assertThat(this.terminal.out()).isEmpty();
	}

	@Test
	void staleRevisionIsRefused() {
		this.terminal.pipe("a: 1", "put", "orders.yaml", "--create");
		this.terminal.run("get", "orders.yaml", "--revision");
		String revision = this.terminal.out().strip();
		assertThat(this.terminal.pipe("a: 2", "put", "orders.yaml", "--expect", revision)).isZero();
		assertThat(this.terminal.pipe("a: 3", "put", "orders.yaml", "--expect", revision)).isEqualTo(1);
		assertThat(this.terminal.err()).contains("read it again and decide again");
		assertThat(this.terminal.pipe("a: 3", "put", "orders.yaml", "--create")).isEqualTo(1);
		assertThat(this.terminal.run("delete", "orders.yaml", "--expect", revision)).isEqualTo(1);
		assertThat(this.terminal.run("delete", "orders.yaml")).isZero();
		assertThat(this.terminal.run("delete", "orders.yaml")).isEqualTo(1);
	}

	@Test
	void whatAuthorsWroteTellsTheTerminalNothing() {
		this.terminal.pipe("a: 1\n", "put", "orders.yaml", "-m", "x\u009b2J\u202ey\u2028z", "--author",
				"al\u001b[1mice");
		assertThat(this.terminal.run("history", "orders.yaml")).isZero();
		assertThat(this.terminal.out()).contains("al [1mice", "\tx 2J y z")
			.doesNotContainPattern("[\\p{C}&&[^\t\r\n]]");
	}

	@Test
	void historyDiffAndRollbackFitTogether() {
		this.terminal.pipe("a: 1\n", "put", "orders.yaml", "-m", "first", "--author", "alice");
		this.terminal.pipe("a: 2\n", "put", "orders.yaml", "-m", "second", "--author", "bob");
		assertThat(this.terminal.run("history", "orders.yaml")).isZero();
		assertThat(this.terminal.out().lines()).hasSize(2)
			.first()
			.satisfies((line) -> assertThat(line).contains("\tbob\t").endsWith("\tsecond"));
		assertThat(this.terminal.run("diff", "orders.yaml")).isZero();
		assertThat(this.terminal.out().lines()).contains("-a: 1", "+a: 2");
		assertThat(this.terminal.run("rollback", "orders.yaml", "--to", "~1")).isZero();
		this.terminal.run("get", "orders.yaml");
		assertThat(this.terminal.out()).isEqualTo("a: 1\n");
		this.terminal.run("get", "orders.yaml", "--version-of", "~1");
		assertThat(this.terminal.out()).isEqualTo("a: 2\n");
		assertThat(this.terminal.run("history", "orders.yaml", "-o", "json", "--limit", "1")).isZero();
		assertThat(this.terminal.out()).startsWith("[").contains("\"comment\" : \"rollback to ");
		assertThat(this.terminal.run("rollback", "orders.yaml", "--to", "~9")).isEqualTo(1);
	}

	@Test
	void variantIsPromotedOrAbortedByOneCommand() {
		this.terminal.pipe("a: 1\n", "put", "shop/orders.yaml");
		this.terminal.pipe("a: 2\n", "put", "shop/orders.gray.yaml");
		assertThat(this.terminal.run("promote", "shop/orders.yaml", "gray", "--author", "ann")).isZero();
		assertThat(this.terminal.out()).startsWith("dev/shop/orders.yaml revision ")
			.endsWith(", dev/shop/orders.gray.yaml deleted\n");
		this.terminal.run("get", "shop/orders.yaml");
		assertThat(this.terminal.out()).isEqualTo("a: 2\n");
		this.terminal.run("history", "shop/orders.yaml", "--limit", "1");
		assertThat(this.terminal.out()).contains("\tann\t").contains("\tpromote gray");
		assertThat(this.terminal.run("promote", "shop/orders.yaml", "gray")).isEqualTo(1);
		assertThat(this.terminal.err()).contains("dev/shop/orders.gray.yaml does not exist");
		this.terminal.pipe("a: 3\n", "put", "shop/orders.gray.yaml");
		assertThat(this.terminal.run("abort", "shop/orders.yaml", "gray")).isZero();
		assertThat(this.terminal.out()).isEqualTo("dev/shop/orders.gray.yaml deleted\n");
		assertThat(this.terminal.run("abort", "shop/orders.yaml", "gray")).isEqualTo(1);
		assertThat(this.terminal.run("abort", "shop/orders.yaml", "../x")).isEqualTo(1);
		this.terminal.run("get", "shop/orders.yaml");
		assertThat(this.terminal.out()).isEqualTo("a: 2\n");
	}

	@Test
	void diffWithAFileShowsWhatPutWouldChange() throws IOException {
		Path file = Files.writeString(this.home.resolve("next.yaml"), "a: 2\n");
		this.terminal.pipe("a: 1\n", "put", "orders.yaml");
		assertThat(this.terminal.run("diff", "orders.yaml", "--file", file.toString())).isZero();
		assertThat(this.terminal.out().lines()).contains("-a: 1", "+a: 2");
	}

	@ParameterizedTest
	@ValueSource(strings = { "backup.zip", "backup" })
	void exportIsImportedIntoAnotherNamespace(String target) {
		String archive = this.home.resolve(target).toString();
		this.terminal.pipe("a: 1", "put", "orders.yaml");
		this.terminal.pipe("b: 1", "put", "shop/stock.yaml");
		assertThat(this.terminal.run("export", archive)).isZero();
		assertThat(this.terminal.out()).startsWith("2 documents of dev");
		Terminal prod = new Terminal("-a", this.home.resolve("store").toString(), "-n", "prod");
		prod.pipe("x: 1", "put", "shop/old.yaml");
		assertThat(prod.run("import", archive, "--dry-run", "--prune")).isZero();
		String plan = "create\tprod/default/orders.yaml\ndelete\tprod/shop/old.yaml\n"
				+ "create\tprod/shop/stock.yaml\n";
		assertThat(prod.out()).isEqualToNormalizingNewlines(plan);
		assertThat(prod.run("get", "orders.yaml")).isEqualTo(1);
		assertThat(prod.run("import", archive, "--prune")).isZero();
		assertThat(prod.run("list")).isZero();
		assertThat(prod.out().lines()).hasSize(2).allSatisfy((line) -> assertThat(line.split("\t")).hasSize(5));
		assertThat(prod.run("import", archive, "--prune")).isZero();
		assertThat(prod.out()).isEmpty();
	}

	@Test
	void watchTellsEveryChangeUntilItHasSeenEnough() throws Exception {
		Terminal watching = new Terminal("-a", this.home.resolve("store").toString(), "-n", "dev");
		CompletableFuture<Integer> watch = CompletableFuture
			.supplyAsync(() -> watching.run("watch", "orders.yaml", "--count", "2", "--seconds", "30", "--diff"));
		await().until(() -> watching.out().contains("orders.yaml\tabsent"));
		this.terminal.pipe("a: 1\n", "put", "orders.yaml");
		await().until(() -> watching.out().contains("+a: 1"));
		this.terminal.pipe("a: 2\n", "put", "orders.yaml");
		assertThat(watch.get(30, TimeUnit.SECONDS)).isZero();
		assertThat(watching.out()).contains("-a: 1", "+a: 2");
	}

	@Test
	void watchThatSeesTooLittleSaysSo() {
		assertThat(this.terminal.run("watch", "orders.yaml", "--count", "1", "--seconds", "1")).isEqualTo(1);
	}

	@Test
	void watchOfNoChangesShowsHowTheDocumentsAre() {
		this.terminal.pipe("a: 1\n", "put", "orders.yaml");
		assertThat(this.terminal.run("watch", "orders.yaml", "--count", "0", "--seconds", "30")).isZero();
		assertThat(this.terminal.out().lines()).singleElement()
			.satisfies((line) -> assertThat(line).contains("dev/default/orders.yaml"));
		assertThat(this.terminal.run("watch", "orders.yaml", "--count", "-1")).isEqualTo(2);
	}

	@Test
	void resultsThatCannotBeWrittenAreNoSuccess() {
		this.terminal.pipe("a: 1\n", "put", "orders.yaml");
		for (String arguments : List.of("get orders.yaml", "list", "history orders.yaml -o json", "--help")) {
			ByteArrayOutputStream err = new ByteArrayOutputStream();
			assertThat(CommandLines.execute(withoutRoom(err), local(arguments))).as(arguments).isEqualTo(4);
			assertThat(err.toString(StandardCharsets.UTF_8)).contains("could not be written to the standard output");
		}
		ByteArrayOutputStream err = new ByteArrayOutputStream();
		assertThat(CommandLines.execute(withoutRoom(err), local("get stock.yaml"))).isEqualTo(1);
		assertThat(err.toString(StandardCharsets.UTF_8)).contains("stock.yaml does not exist");
	}

	@Test
	@Timeout(60)
	void watchEndsWhenNobodyReadsWhatItPrints() {
		assertThat(CommandLines.execute(withoutRoom(new ByteArrayOutputStream()), local("watch orders.yaml")))
			.isEqualTo(4);
	}

	private String[] local(String arguments) {
		String store = arguments.startsWith("-") ? "" : " -n dev -a " + this.home.resolve("store");
		return (arguments + store).split(" ");
	}

	/** As where the disk is full, or nobody reads the pipe any more. */
	private static Console withoutRoom(OutputStream err) {
		OutputStream full = new OutputStream() {

			@Override
			public void write(int value) throws IOException {
				throw new IOException("No space left on device");
			}

		};
		return new Console(InputStream.nullInputStream(), new PrintStream(full, true, StandardCharsets.UTF_8),
				new PrintStream(err, true, StandardCharsets.UTF_8));
	}

	@Test
	void whatHasNoHistoryOrNoEarlierVersionIsToldSo() {
		assertThat(this.terminal.run("history", "orders.yaml")).isEqualTo(1);
		assertThat(this.terminal.err()).contains("document dev/default/orders.yaml does not exist");
		this.terminal.pipe("a: 1\n", "put", "orders.yaml");
		assertThat(this.terminal.run("diff", "orders.yaml")).isEqualTo(1);
		assertThat(this.terminal.err()).contains("has no earlier version");
	}

	@Test
	void documentIsCheckedInTheFormatThatIsGiven() {
		assertThat(this.terminal.pipe("a: {b", "put", "extra")).isZero();
		assertThat(this.terminal.pipe("a: {b", "put", "extra", "--format", "yaml")).isEqualTo(1);
		assertThat(this.terminal.err()).contains("dev/default/extra:1:");
		assertThat(this.terminal.pipe("a: {b", "put", "orders.yaml", "--format", "text")).isZero();
		assertThat(this.terminal.pipe("a", "put", "extra", "--format", "toml")).isEqualTo(2);
		assertThat(this.terminal.pipe("spring.config.activate.on-profile: 'a &'", "put", "orders.yaml")).isEqualTo(1);
		assertThat(this.terminal.err()).contains("is not a profile expression");
	}

	@Test
	void severalDocumentsArePublishedAllOrNone() throws IOException {
		Path stock = Files.writeString(this.home.resolve("stock.yaml"), "b: [");
		assertThat(this.terminal.pipe("a: 1", "put", "orders.yaml", "--also", "shop/stock.yaml=" + stock)).isEqualTo(1);
		assertThat(this.terminal.run("get", "orders.yaml")).isEqualTo(1);
		Files.writeString(stock, "b: 1");
		assertThat(this.terminal.pipe("a: 1", "put", "orders.yaml", "--also", "shop/stock.yaml=" + stock)).isZero();
		assertThat(this.terminal.out().lines()).hasSize(2);
		assertThat(this.terminal.run("get", "shop/stock.yaml")).isZero();
		assertThat(this.terminal.out()).isEqualTo("b: 1");
	}

	@Test
	void lintHoldsGrayRulesToTheirRulesWhateverTheirDocumentIsCalled() throws IOException {
		Path lanes = Files.writeString(this.home.resolve("lanes.yaml"), "rules:\n- name: a\n  servise: b\n");
		Terminal lint = new Terminal();
		assertThat(lint.run("lint", lanes.toString())).isZero();
		assertThat(lint.run("lint", lanes.toString(), "--gray-document", "lanes.yaml")).isEqualTo(1);
		assertThat(lint.out()).contains("did you mean 'service'?");
	}

	@Test
	void lintFindsWhatTheApplicationDoesNotKnow() throws IOException {
		Path metadata = Files.writeString(this.home.resolve("m.json"),
				"{\"properties\": [{\"name\": \"shop.rate\", \"type\": \"java.lang.Integer\"}]}");
		Path documents = Files.createDirectories(this.home.resolve("documents"));
		Files.writeString(documents.resolve("orders.yaml"), "shop:\n  rate: many\n  raet: 1\n");
		Files.writeString(documents.resolve("fine.yaml"), "shop.rate: 5\nfeature.x: 1");
		Terminal lint = new Terminal();
		assertThat(lint.run("lint", documents.toString(), "--metadata", metadata.toString())).isEqualTo(1);
		assertThat(lint.out()).contains("orders.yaml:2:9: error: 'shop.rate' has a value that cannot be used")
			.contains("orders.yaml:3:9: error: 'shop.raet'", "did you mean 'shop.rate'?")
			.contains("fine.yaml:2:12: warning: 'feature.x'");
		assertThat(lint.err()).contains("2 documents, 2 errors, 1 warnings");
		String fine = documents.resolve("fine.yaml").toString();
		assertThat(lint.run("lint", fine, "--metadata", metadata.toString())).isZero();
		assertThat(lint.run("lint", fine, "--metadata", metadata.toString(), "--strict")).isEqualTo(1);
		assertThat(lint.run("lint", fine, "--metadata", metadata.toString(), "--strict", "--allow-prefix", "feature"))
			.isZero();
		assertThat(lint.run("lint", documents.toString(), "--metadata", metadata.toString(), "-o", "json"))
			.isEqualTo(1);
		assertThat(lint.out()).contains("\"severity\" : \"ERROR\"");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "nonsense", "get", "put a b c", "get x --set", "list -b etcdd",
			"list -b consul -s consul.tokn=x", "list -b consul -s consul.timeout=soon", "get ../x", "list -g ../x",
			"list -b etcd -a ftp://x", "list --tls-cert missing.pem", "list --config missing.yaml" })
	void wrongUsageEndsWithTwo(String arguments) {
		Terminal bare = new Terminal();
		assertThat(bare.run(arguments.split(" "))).isEqualTo(2);
		assertThat(bare.err()).isNotBlank().doesNotContain("Exception");
	}

	@Test
	void backendThatIsDownEndsWithThree() throws IOException {
		Path file = Files.createFile(this.home.resolve("file"));
		assertThat(new Terminal("-a", file.toString()).run("get", "orders.yaml")).isEqualTo(3);
		assertThat(new Terminal("-b", "etcd", "-a", "http://127.0.0.1:1").run("get", "orders.yaml")).isEqualTo(3);
	}

	@ParameterizedTest
	@ValueSource(strings = { "list", "get orders.yaml", "history orders.yaml", "delete orders.yaml", "export copy",
			"watch orders.yaml", "gray explain --user ann" })
	void directoryThatIsNotThereIsNotAnEmptyOneAndIsNotMade(String arguments) {
		Path wrong = this.home.resolve("wrong");
		Terminal mistyped = new Terminal();
		assertThat(mistyped.run((arguments + " -a " + wrong).split(" "))).isEqualTo(3);
		assertThat(mistyped.err()).contains("no directory " + wrong, "check --address");
		assertThat(wrong).doesNotExist();
	}

	@Test
	void settingsComeFromAFileAndWhatIsTypedWins() throws IOException {
		Path store = this.home.resolve("other");
		Path config = Files.writeString(this.home.resolve("settings.yaml"), "governance:\n  namespace: prod\n"
				+ "  local:\n    directory: " + store.toString().replace('\\', '/') + "\n");
		Terminal configured = new Terminal("--config", config.toString());
		assertThat(configured.pipe("a: 1", "put", "orders.yaml")).isZero();
		assertThat(configured.out()).startsWith("prod/default/orders.yaml");
		assertThat(store).isNotEmptyDirectory();
		assertThat(configured.run("get", "orders.yaml", "-n", "dev")).isEqualTo(1);
	}

	@Test
	void fileOfSettingsWithoutOneOfOursIsRefused() throws IOException {
		Path config = Files.writeString(this.home.resolve("settings.yaml"), "backend: consul\nnamespace: prod\n");
		assertThat(this.terminal.pipe("a: 1", "put", "orders.yaml", "--config", config.toString())).isEqualTo(2);
		assertThat(this.terminal.err()).contains(config.toString(), "begins with 'governance.'");
		Files.writeString(config, "# nothing yet\n");
		assertThat(this.terminal.pipe("a: 1", "put", "orders.yaml", "--config", config.toString())).isZero();
	}

	@Test
	void bundleIsToldByTheOptionsThatMakeIt() {
		Terminal plain = new Terminal("-b", "etcd", "-a", "https://127.0.0.1:1");
		assertThat(plain.run("get", "orders.yaml")).isEqualTo(2);
		assertThat(plain.err()).contains("governance.etcd.ssl-bundle", "--tls-ca");
	}

	@Test
	void secretThatIsTypedIsWarnedOf() {
		Terminal typing = new Terminal("-b", "consul", "-a", "http://127.0.0.1:1", "-s", "consul.token=abc");
		assertThat(typing.run("get", "orders.yaml")).isEqualTo(3);
		assertThat(typing.err()).contains("every user of this machine can read 'consul.token'").doesNotContain("abc");
	}

	@ParameterizedTest
	@ValueSource(strings = { "get", "put", "delete", "list", "history", "diff", "rollback", "export", "import", "watch",
			"lint", "encrypt", "promote", "abort", "gray" })
	void everyCommandExplainsItself(String command) {
		Terminal bare = new Terminal();
		assertThat(bare.run(command, "--help")).isZero();
		assertThat(bare.out()).startsWith("Usage: governance " + command);
		assertThat(bare.run(command, "--version")).isZero();
		assertThat(bare.out()).startsWith("governance ");
		assertThat(bare.run("--help")).isZero();
		assertThat(bare.out()).contains("  " + command + " ").contains("Exit codes: 0 done");
	}

}
