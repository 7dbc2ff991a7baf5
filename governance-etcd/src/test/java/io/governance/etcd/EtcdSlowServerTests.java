package io.governance.etcd;

import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import com.sun.net.httpserver.HttpServer;
import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.backend.Backend;
import io.governance.config.Author;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.lock.HeldLock;
import io.governance.registry.Instance;
import io.governance.testkit.RecordingConfigListener;
import io.governance.testkit.RecordingInstancesListener;
import io.governance.testkit.TcpProxy;
import io.governance.testservers.EtcdServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * A server that answers late, not at all, or is something else.
 */
@Timeout(60)
class EtcdSlowServerTests {

	private final String namespace = "s" + UUID.randomUUID().toString().substring(0, 8);

	private final DocumentId id = new DocumentId(this.namespace, "default", "orders.yaml");

	private TcpProxy proxy;

	private Backend slow;

	private Backend other;

	@BeforeEach
	void open() {
		this.proxy = TcpProxy.to(URI.create(EtcdServer.shared().address()).getPort());
		this.slow = Etcds.open(address(), this.namespace);
		this.other = Etcds.open(EtcdServer.shared().address(), this.namespace);
	}

	@AfterEach
	void close() {
		this.slow.close();
		this.other.close();
		this.proxy.close();
	}

	private String address() {
		return "http://" + this.proxy.address();
	}

	private void publish(String text) {
		this.other.config().publish(List.of(Publication.put(this.id, text)), Author.of("test"));
	}

	private RecordingConfigListener watch(Set<DocumentId> ids) {
		RecordingConfigListener listener = new RecordingConfigListener();
		this.slow.config().watch(ids, listener);
		return listener;
	}

	private void awaitText(RecordingConfigListener listener, String text) {
		await().pollInterval(Duration.ofMillis(10))
			.atMost(Duration.ofSeconds(10))
			.untilAsserted(() -> assertThat(listener.latest(this.id)).isEqualTo(text));
	}

	private static Duration since(long start) {
		return Duration.ofNanos(System.nanoTime() - start);
	}

	@Test
	@DisplayName("F15 who begins to watch while others change all the time is told, and misses nothing")
	void changesDoNotKeepAnybodyFromBeingTold() throws Exception {
		publish("a: 10000");
		RecordingConfigListener first = watch(Set.of(this.id));
		awaitText(first, "a: 10000");
		Set<DocumentId> many = new LinkedHashSet<>(Set.of(this.id));
		for (int i = 0; i < 4 * EtcdReader.MAX_OPS; i++) {
			many.add(new DocumentId(this.namespace, "default", "d" + i + ".yaml"));
		}
		this.proxy.delay(Duration.ofMillis(40));
		AtomicBoolean stop = new AtomicBoolean();
		CompletableFuture<String> changes = CompletableFuture.supplyAsync(() -> {
			String text = "";
			for (int i = 10001; !stop.get(); i++) {
				text = "a: " + i;
				publish(text);
			}
			return text;
		});
		RecordingConfigListener second;
		try {
			awaitAnotherText(first);
			second = watch(many);
			await().pollInterval(Duration.ofMillis(10))
				.atMost(Duration.ofSeconds(8))
				.until(() -> second.texts(this.id).size() >= 3);
		}
		finally {
			stop.set(true);
		}
		String last = changes.get(10, TimeUnit.SECONDS);
		awaitText(first, last);
		awaitText(second, last);
		assertThat(second.texts(this.id)).isSorted().doesNotHaveDuplicates();
		assertThat(second.connections()).isEmpty();
	}

	private void awaitAnotherText(RecordingConfigListener listener) {
		await().pollInterval(Duration.ofMillis(10))
			.atMost(Duration.ofSeconds(10))
			.until(() -> listener.texts(this.id).size() >= 2);
	}

	@Test
	@DisplayName("F3 a server that answers too late is unavailable in time, and nothing is told as absent")
	void answersThatComeTooLateAreNone() {
		publish("a: 1");
		RecordingConfigListener listener = watch(Set.of(this.id));
		awaitText(listener, "a: 1");
		this.proxy.delay(Duration.ofMillis(1500));
		long start = System.nanoTime();
		assertThatExceptionOfType(BackendUnavailableException.class)
			.isThrownBy(() -> this.slow.config().get(Set.of(this.id)))
			.withMessageContaining("does not answer in time");
		assertThat(since(start)).isLessThan(Duration.ofSeconds(4));
		await().atMost(Duration.ofSeconds(8))
			.until(() -> listener.connections().equals(List.of(ConnectionState.DISCONNECTED)));
		RecordingConfigListener late = watch(Set.of(this.id));
		await().atMost(Duration.ofSeconds(8))
			.until(() -> late.connections().equals(List.of(ConnectionState.DISCONNECTED)));
		this.proxy.restore();
		publish("a: 2");
		awaitText(listener, "a: 2");
		awaitText(late, "a: 2");
		assertThat(listener.texts(this.id)).containsExactly("a: 1", "a: 2");
		assertThat(late.texts(this.id)).doesNotContain(RecordingConfigListener.ABSENT);
	}

	@Test
	@DisplayName("F35 an instance whose put was not answered and that was then removed does not come back")
	void unansweredPutDoesNotOutliveTheRemoval() {
		Instance first = Instance.of("orders", "127.0.0.1", 8080).id("o-1").build();
		Instance second = Instance.of("orders", "127.0.0.1", 8081).id("o-2").build();
		RecordingInstancesListener instances = new RecordingInstancesListener();
		this.other.discovery().watch("orders", instances);
		this.slow.registry().put("orders", List.of(first));
		await().atMost(Duration.ofSeconds(5)).until(() -> instances.shows("o-1"));
		this.proxy.stall();
		assertThatExceptionOfType(BackendUnavailableException.class)
			.isThrownBy(() -> this.slow.registry().put("orders", List.of(first, second)));
		this.proxy.restore();
		await().atMost(Duration.ofSeconds(10)).ignoreExceptions().until(() -> {
			this.slow.registry().remove("orders", "o-1");
			this.slow.registry().remove("orders", "o-2");
			return true;
		});
		await().atMost(Duration.ofSeconds(5)).until(() -> instances.shows());
		await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(5)).until(() -> instances.shows());
	}

	@Test
	@DisplayName("F37 a long deadline does not keep a backend that holds a lock from closing")
	void longDeadlineDoesNotKeepLocksFromClosing() throws Exception {
		EtcdSettings settings = new EtcdSettings(List.of(address()), null, null, null, null, Duration.ofSeconds(30),
				Duration.ofSeconds(60), null);
		Backend backend = Etcds.open(settings, this.namespace);
		HeldLock lock = backend.lock().acquire("batch", Duration.ZERO).orElseThrow();
		this.proxy.stall();
		long start = System.nanoTime();
		backend.close();
		assertThat(since(start)).isLessThan(Duration.ofSeconds(5));
		assertThat(lock.isHeld()).isFalse();
	}

	@Test
	@DisplayName("F3 giving a lock back to a server that hangs takes no longer than one call, and the lock runs out")
	void closingALockTakesNoLongerThanOneCall() throws Exception {
		EtcdSettings settings = new EtcdSettings(List.of(address()), null, null, null, null, Duration.ofSeconds(3),
				Duration.ofSeconds(2), null);
		try (Backend backend = Etcds.open(settings, this.namespace)) {
			HeldLock lock = await().ignoreException(BackendUnavailableException.class)
				.until(() -> backend.lock().acquire("batch", Duration.ZERO).orElseThrow(), (held) -> true);
			this.proxy.stall();
			long start = System.nanoTime();
			lock.close();
			assertThat(since(start)).isLessThan(Duration.ofMillis(5500));
			assertThat(lock.isHeld()).isFalse();
			try (HeldLock next = this.other.lock().acquire("batch", Duration.ofSeconds(10)).orElseThrow()) {
				assertThat(next.fencingToken()).isGreaterThan(lock.fencingToken());
			}
		}
	}

	@Test
	@DisplayName("F37 a lock that comes while its locks are closed is given back, and nobody takes it for held")
	void lockThatComesTooLateIsNotGiven() throws Exception {
		assertThat(this.slow.lock().acquire("warm-up", Duration.ofSeconds(20))).isPresent();
		this.proxy.delay(Duration.ofMillis(500));
		ByteSequence key = ByteSequence.from("governance/locks/" + this.namespace + "/batch", StandardCharsets.UTF_8);
		ExecutorService waiting = Executors.newSingleThreadExecutor();
		try (Client client = Client.builder().endpoints(EtcdServer.shared().address()).build()) {
			Future<?> late = waiting.submit(() -> this.slow.lock().acquire("batch", Duration.ofSeconds(20)));
			await().pollInterval(Duration.ofMillis(20))
				.atMost(Duration.ofSeconds(10))
				.until(() -> client.getKVClient().get(key).get().getCount() == 1);
			this.slow.lock().close();
			assertThat(late).failsWithin(Duration.ofSeconds(10))
				.withThrowableThat()
				.withCauseInstanceOf(IllegalStateException.class);
		}
		finally {
			waiting.shutdownNow();
		}
		assertThat(this.other.lock().acquire("batch", Duration.ofSeconds(10))).isPresent();
	}

	@Test
	@DisplayName("F8 a web server in the place of etcd is an error in time, not an empty configuration")
	void webServerIsNotAnEmptyEtcd() throws Exception {
		byte[] page = "<html><body>Welcome</body></html>".getBytes(StandardCharsets.UTF_8);
		HttpServer web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		web.createContext("/", (exchange) -> {
			exchange.getResponseHeaders().set("Content-Type", "text/html");
			exchange.sendResponseHeaders(200, page.length);
			try (OutputStream body = exchange.getResponseBody()) {
				body.write(page);
			}
		});
		web.start();
		String address = "http://127.0.0.1:" + web.getAddress().getPort();
		try (Backend backend = Etcds.open(address, this.namespace)) {
			long start = System.nanoTime();
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> backend.config().get(Set.of(this.id)))
				.withMessageContaining(address)
				.withMessageContaining("governance.etcd.endpoints");
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> backend.discovery().services());
			assertThat(since(start)).isLessThan(Duration.ofSeconds(6));
			RecordingConfigListener documents = new RecordingConfigListener();
			RecordingInstancesListener instances = new RecordingInstancesListener();
			backend.config().watch(Set.of(this.id), documents);
			backend.discovery().watch("orders", instances);
			await().atMost(Duration.ofSeconds(5))
				.until(() -> documents.connections().equals(List.of(ConnectionState.DISCONNECTED)));
			assertThat(documents.deliveries()).isEmpty();
			assertThat(instances.shows()).as("an empty list was told").isFalse();
		}
		finally {
			web.stop(0);
		}
	}

}
