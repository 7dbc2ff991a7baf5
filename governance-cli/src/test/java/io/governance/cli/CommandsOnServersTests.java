package io.governance.cli;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.governance.testservers.ConsulServer;
import io.governance.testservers.EtcdServer;
import io.governance.testservers.NacosServer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The commands over real servers.
 */
class CommandsOnServersTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	@TempDir
	private Path home;

	static Stream<Arguments> servers() {
		return Stream.of(Arguments.of("consul", ConsulServer.shared().address()),
				Arguments.of("etcd", EtcdServer.shared().address()),
				Arguments.of("nacos", NacosServer.shared().address().replace("http://", "")));
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("servers")
	void documentIsPublishedWatchedRolledBackAndMoved(String backend, String address) throws Exception {
		String namespace = "cli-" + UUID.randomUUID();
		Terminal terminal = new Terminal("-b", backend, "-a", address, "-n", namespace);
		Terminal watching = new Terminal("-b", backend, "-a", address, "-n", namespace);
		CompletableFuture<Integer> watch = CompletableFuture
			.supplyAsync(() -> watching.run("watch", "shop/orders.yaml", "--count", "2", "--seconds", "60", "--diff"));
		await().atMost(PATIENCE).until(() -> watching.out().contains("orders.yaml\tabsent") || watch.isDone());
		assertThat(watch).as(watching.err()).isNotDone();
		assertThat(terminal.pipe("a: 1\n", "put", "shop/orders.yaml", "-m", "first", "--author", "alice"))
			.as(terminal.err())
			.isZero();
		await().atMost(PATIENCE).until(() -> watching.out().contains("+a: 1"));
		terminal.run("get", "shop/orders.yaml", "--revision");
		String revision = terminal.out().strip();
		assertThat(terminal.pipe("a: 2\n", "put", "shop/orders.yaml", "--expect", revision)).isZero();
		assertThat(terminal.pipe("a: 3\n", "put", "shop/orders.yaml", "--expect", revision)).isEqualTo(1);
		assertThat(watch.get(60, TimeUnit.SECONDS)).as(watching.err()).isZero();
		assertThat(watching.out()).contains("+a: 2");

		await().atMost(PATIENCE).untilAsserted(() -> {
			assertThat(terminal.run("history", "shop/orders.yaml")).as(terminal.err()).isZero();
			assertThat(terminal.out().lines()).hasSize(2);
		});
		assertThat(terminal.out()).contains("\talice\t");
		assertThat(terminal.run("rollback", "shop/orders.yaml")).as(terminal.err()).isZero();
		terminal.run("get", "shop/orders.yaml");
		assertThat(terminal.out()).isEqualTo("a: 1\n");

		terminal.pipe("b: 1\n", "put", "stock.yaml");
		String zip = this.home.resolve("all.zip").toString();
		assertThat(terminal.run("export", zip)).as(terminal.err()).isZero();
		assertThat(terminal.out()).startsWith("2 documents");
		assertThat(terminal.run("delete", "stock.yaml")).as(terminal.err()).isZero();
		assertThat(terminal.pipe("c: 1\n", "put", "shop/new.yaml")).isZero();
		assertThat(terminal.run("import", zip, "--prune")).as(terminal.err()).isZero();
		assertThat(terminal.out().lines()).containsExactly("create\t" + namespace + "/default/stock.yaml",
				"delete\t" + namespace + "/shop/new.yaml");
		terminal.run("list");
		assertThat(terminal.out().lines()).hasSize(2);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("servers")
	void variantIsPromotedAndAborted(String backend, String address) {
		Terminal terminal = new Terminal("-b", backend, "-a", address, "-n", "cli-" + UUID.randomUUID());
		terminal.pipe("a: 1\n", "put", "shop/orders.yaml");
		terminal.pipe("a: 2\n", "put", "shop/orders.gray.yaml");
		assertThat(terminal.run("promote", "shop/orders.yaml", "gray")).as(terminal.err()).isZero();
		terminal.run("get", "shop/orders.yaml");
		assertThat(terminal.out()).isEqualTo("a: 2\n");
		assertThat(terminal.run("promote", "shop/orders.yaml", "gray")).isEqualTo(1);
		terminal.pipe("a: 3\n", "put", "shop/orders.gray.yaml");
		assertThat(terminal.run("abort", "shop/orders.yaml", "gray")).as(terminal.err()).isZero();
		assertThat(terminal.run("get", "shop/orders.gray.yaml")).isEqualTo(1);
		terminal.run("get", "shop/orders.yaml");
		assertThat(terminal.out()).isEqualTo("a: 2\n");
	}

}
