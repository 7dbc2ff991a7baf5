package io.governance.etcd;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.etcd.jetcd.Client;
import io.etcd.jetcd.Watch;
import io.etcd.jetcd.common.exception.CompactedException;
import io.etcd.jetcd.options.CompactOption;
import io.etcd.jetcd.options.WatchOption;
import io.governance.backend.Backend;
import io.governance.config.Author;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.etcd.EtcdFront.Fate;
import io.governance.registry.Instance;
import io.governance.testkit.RecordingConfigListener;
import io.governance.testkit.RecordingInstancesListener;
import io.governance.testkit.TcpProxy;
import io.governance.testservers.EtcdServer;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * A server that has compacted what a running watch has not been told yet.
 */
@Timeout(60)
class EtcdCompactionTests {

	private static EtcdServer server;

	private final String namespace = "p" + UUID.randomUUID().toString().substring(0, 8);

	private final DocumentId kept = id("kept.yaml");

	private final DocumentId gone = id("gone.yaml");

	private final DocumentId come = id("come.yaml");

	private final RecordingConfigListener documents = new RecordingConfigListener();

	private final RecordingInstancesListener instances = new RecordingInstancesListener();

	private Backend writer;

	private Client client;

	@BeforeAll
	static void startServer() {
		server = EtcdServer.own();
	}

	@AfterAll
	static void endServer() {
		server.close();
	}

	@BeforeEach
	void begin() {
		this.writer = Etcds.open(server.address(), this.namespace, Etcds.LONG_LEASE);
		this.client = Client.builder().endpoints(server.address()).build();
		publish(Publication.put(this.kept, "a: 100"), Publication.put(this.gone, "b: 0"));
		register("o-1", "o-2");
	}

	@AfterEach
	void end() {
		this.client.close();
		this.writer.close();
	}

	private DocumentId id(String name) {
		return new DocumentId(this.namespace, "default", name);
	}

	private void publish(Publication... publications) {
		this.writer.config().publish(List.of(publications), Author.of("test"));
	}

	private void register(String... ids) {
		for (String id : ids) {
			this.writer.registry().put("orders", List.of(instance(id)));
		}
	}

	private static Instance instance(String id) {
		return Instance.of("orders", "127.0.0.1", 8080).id(id).build();
	}

	private static ConditionFactory soon() {
		return await().pollInterval(Duration.ofMillis(10)).atMost(Duration.ofSeconds(15));
	}

	private void watch(Backend backend) {
		backend.config().watch(Set.of(this.kept, this.gone, this.come), this.documents);
		backend.discovery().watch("orders", this.instances);
		soon().until(() -> this.documents.latest(this.kept).equals("a: 100") && this.instances.shows("o-1", "o-2"));
	}

	/** Changes much, and lets the server forget how it came to that. */
	private void changeAndCompact() {
		long before = revision();
		for (int i = 101; i <= 120; i++) {
			publish(Publication.put(this.kept, "a: " + i));
		}
		publish(Publication.delete(this.gone), Publication.put(this.come, "c: 0"));
		this.writer.registry().remove("orders", "o-2");
		register("o-3");
		this.client.getKVClient().compact(revision(), CompactOption.builder().withCompactPhysical(true).build()).join();
		assertThatThrownBy(() -> watchFrom(before + 1)).hasCauseInstanceOf(CompactedException.class);
	}

	private long revision() {
		return this.client.getKVClient().get(KeyRange.bytes("any")).join().getHeader().getRevision();
	}

	private void watchFrom(long revision) throws Exception {
		CompletableFuture<Void> refused = new CompletableFuture<>();
		Watch.Watcher watcher = this.client.getWatchClient()
			.watch(KeyRange.bytes("any"), WatchOption.builder().withRevision(revision).build(),
					Watch.listener((response) -> {
					}, refused::completeExceptionally));
		try {
			refused.get(5, TimeUnit.SECONDS);
		}
		finally {
			watcher.close();
		}
	}

	private void assertNothingLostAndNothingTwice() {
		soon().until(() -> this.documents.latest(this.kept).equals("a: 120")
				&& this.documents.latest(this.gone).equals(RecordingConfigListener.ABSENT)
				&& this.documents.latest(this.come).equals("c: 0") && this.instances.shows("o-1", "o-3"));
		publish(Publication.put(this.kept, "a: 121"), Publication.delete(this.come));
		this.writer.registry().remove("orders", "o-1");
		soon().until(() -> this.documents.latest(this.kept).equals("a: 121")
				&& this.documents.latest(this.come).equals(RecordingConfigListener.ABSENT)
				&& this.instances.shows("o-3"));
		assertThat(this.documents.texts(this.kept)).isSorted();
		assertThat(this.documents.deliveries().stream().map((one) -> List.copyOf(one.documents().values())).toList())
			.doesNotHaveDuplicates();
		assertThat(this.instances.deliveries()).doesNotHaveDuplicates();
	}

	@Test
	@DisplayName("F15 a watch that was cut off while the server compacted loses nothing and tells nothing twice")
	void watchThatWasCutOffLosesNothing() {
		try (TcpProxy proxy = TcpProxy.to(URI.create(server.address()).getPort());
				Backend backend = Etcds.open("http://" + proxy.address(), this.namespace)) {
			watch(backend);
			proxy.cut();
			changeAndCompact();
			proxy.restore();
			assertNothingLostAndNothingTwice();
		}
	}

	@Test
	@DisplayName("F15 a watch that lagged behind while the server compacted loses nothing and tells nothing twice")
	void watchThatLaggedBehindLosesNothing() {
		try (TcpProxy proxy = TcpProxy.to(URI.create(server.address()).getPort());
				Backend backend = Etcds.open("http://" + proxy.address(), this.namespace)) {
			watch(backend);
			proxy.stall();
			changeAndCompact();
			proxy.restore();
			assertNothingLostAndNothingTwice();
		}
	}

	@Test
	@DisplayName("F15 a watch that the server refuses because its revision is compacted reads again")
	void watchAtACompactedRevisionReadsAgain() {
		try (EtcdFront front = new EtcdFront(server.address());
				Backend backend = Etcds.open(front.address(), this.namespace)) {
			front.watches((number) -> Fate.NO_LEADER);
			watch(backend);
			AtomicBoolean compacted = new AtomicBoolean();
			front.watches((number) -> {
				if (compacted.compareAndSet(false, true)) {
					// What comes now was read already, but is not watched yet.
					changeAndCompact();
				}
				return Fate.FORWARD;
			});
			assertNothingLostAndNothingTwice();
			assertThat(front.watches()).as("of two ranges, and of the one that was refused").isGreaterThan(2);
		}
	}

}
