package io.governance.samples.platform.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A short phase of the story on each real server, with as few processes as can be: the
 * services register with all servers at once, as they do in a move from one to another,
 * and each server has a gateway that knows no other. {@link ServerStoryTests} is the
 * whole on each by itself.
 */
@Timeout(300)
class ServerTests {

	private static final List<String> BACKENDS = List.of("consul", "etcd", "nacos");

	/** Requests in a second, on each server. */
	private static final int RATE = 25;

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	@TempDir(factory = TargetDirectory.class, cleanup = CleanupMode.ON_SUCCESS)
	Path work;

	private final List<AutoCloseable> open = new ArrayList<>();

	private final List<Member> members = new ArrayList<>();

	private final List<Server> servers = new ArrayList<>();

	private Packages packages;

	private UserDatabase database;

	private Leash leash;

	@BeforeEach
	void start() throws Exception {
		Files.createDirectories(this.work.resolve("logs"));
		this.leash = opened(new Leash());
		this.database = opened(new UserDatabase());
		List<CompletableFuture<RegistryServer>> registries = BACKENDS.stream()
			.map((backend) -> CompletableFuture
				.supplyAsync(() -> RegistryServer.start(backend, this.work.resolve(backend))))
			.toList();
		this.packages = new Packages(PlatformTests.HOME).prepare();
		List<String> all = new ArrayList<>();
		for (CompletableFuture<RegistryServer> registry : registries) {
			all.addAll(opened(registry.get()).properties());
		}
		for (String backend : BACKENDS) {
			this.servers.add(new Server(backend, opened(operator(backend, all)), PlatformTests.freePort()));
		}
		String everywhere = "governance.registry.backends=" + String.join(",", BACKENDS);
		start(Platform.USERS, "stable", all, "consul", 0, everywhere, "governance.registry.instance.lane=stable");
		start(Platform.USERS, "gray", all, "consul", 0, everywhere, "governance.registry.instance.lane=gray",
				"governance.registry.instance.version=2.0.0");
		start(Platform.ORDERS, "orders", all, "etcd", 0, everywhere);
		for (Server server : this.servers) {
			start(Platform.GATEWAY, "gateway-" + server.backend(), all, server.backend(), server.port());
		}
		for (Server server : this.servers) {
			awaitUp(server, Platform.USERS, "stable");
			awaitUp(server, Platform.USERS, "gray");
			awaitUp(server, Platform.ORDERS, "orders");
			awaitUp(server, Platform.GATEWAY, "gateway-" + server.backend());
		}
	}

	private Operator operator(String backend, List<String> properties) {
		List<String> all = properties("console-" + backend, properties, backend);
		Operator operator = new Operator("servers", all);
		Platform.publishDocuments(operator);
		return operator;
	}

	private List<String> properties(String id, List<String> properties, String backend) {
		List<String> all = new ArrayList<>(properties);
		all.addAll(List.of("governance.backend=" + backend, "governance.namespace=servers",
				"governance.config.cache.directory=" + this.work.resolve("cache").resolve(id)));
		return all;
	}

	private void start(String service, String id, List<String> properties, String backend, int port, String... more) {
		List<String> all = properties(id, properties, backend);
		all.addAll(List.of("governance.registry.instance.id=" + id, "governance.registry.instance.host=127.0.0.1",
				"server.address=127.0.0.1", "server.port=" + port, "spring.grpc.server.port=0"));
		all.addAll(List.of(more));
		this.members.add(Member.start(this.packages.command(service), service, id, Instance.STABLE, all,
				this.database.environment(), this.work.resolve("logs").resolve(id + ".log")));
		this.leash.hold(this.members.stream().map(Member::pid).toList());
	}

	private void awaitUp(Server server, String service, String id) {
		Platform.await(server.backend() + " knows " + id + "; logs are in " + this.work, PATIENCE.multipliedBy(2),
				() -> {
					assertThat(this.members).as("ended, see " + this.work).allMatch(Member::isAlive);
					return server.operator()
						.instances(service)
						.stream()
						.anyMatch((one) -> one.id().equals(id) && one.status() == InstanceStatus.UP);
				});
	}

	@AfterEach
	void close() throws Exception {
		this.members.forEach(Member::kill);
		this.members.forEach((member) -> member.endsWithin(Duration.ofSeconds(5)));
		this.leash.hold(List.of());
		for (int i = this.open.size() - 1; i >= 0; i--) {
			this.open.get(i).close();
		}
	}

	private <T extends AutoCloseable> T opened(T resource) {
		this.open.add(resource);
		return resource;
	}

	@Test
	void noRequestFailsWhenGrayIsRaisedAndItsInstanceIsKilled() {
		List<LoadGenerator> load = this.servers.stream()
			.map((server) -> opened(new LoadGenerator(server.gateway(), RATE)))
			.toList();
		Story.awaitWarm(load, RATE);
		this.servers.forEach((server) -> await(server, "1."));
		this.servers.forEach((server) -> Platform.raiseGray(server.operator(), 100));
		this.servers.forEach((server) -> await(server, "2."));
		Platform.pause(Duration.ofSeconds(2));
		Member gray = this.members.get(1);
		gray.kill();
		this.servers.forEach((server) -> await(server, "1."));
		Platform.pause(Duration.ofSeconds(5));
		for (int i = 0; i < load.size(); i++) {
			Figures figures = load.get(i).take();
			String backend = this.servers.get(i).backend();
			System.out.println(backend + ": " + figures);
			assertThat(figures.failed()).as(backend + ": " + figures.examples()).isZero();
			assertThat(figures.gets()).as(backend).isPositive();
			assertThat(figures.posts()).as(backend).isPositive();
			assertThat(figures.gray()).as(backend).isPositive();
		}
	}

	private static void await(Server server, String version) {
		Platform.await("version " + version + " for the users of " + server.backend(), PATIENCE,
				() -> server.serves(version));
	}

	/**
	 * A server, and what uses it alone.
	 */
	private record Server(String backend, Operator operator, int port) {

		String gateway() {
			return "http://127.0.0.1:" + this.port;
		}

		/** Whether a version serves all of some users. */
		boolean serves(String version) {
			Caller caller = new Caller(gateway());
			return IntStream.range(0, 10).allMatch((i) -> caller.version("u" + i).startsWith(version));
		}

	}

}
