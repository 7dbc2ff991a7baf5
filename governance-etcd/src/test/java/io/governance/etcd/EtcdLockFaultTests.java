package io.governance.etcd;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.governance.backend.Backend;
import io.governance.lock.HeldLock;
import io.governance.testservers.EtcdServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Locks that are lost.
 */
@Timeout(60)
class EtcdLockFaultTests {

	private static EtcdServer server;

	private final String namespace = "k" + UUID.randomUUID().toString().substring(0, 8);

	private Backend backend;

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
	void open() {
		this.backend = Etcds.open(server.address(), this.namespace);
		this.client = Client.builder().endpoints(server.address()).build();
	}

	@AfterEach
	void close() {
		this.backend.close();
		this.client.close();
	}

	private HeldLock take() throws InterruptedException {
		return this.backend.lock().acquire("batch", Duration.ZERO).orElseThrow();
	}

	private ByteSequence key() {
		return ByteSequence.from("governance/locks/" + this.namespace + "/batch", UTF_8);
	}

	@Test
	@DisplayName("F45 the token is the revision at which the lock was taken")
	void tokenIsTheRevision() throws Exception {
		try (HeldLock lock = take()) {
			assertThat(this.client.getKVClient().get(key()).get().getKvs().get(0).getCreateRevision())
				.isEqualTo(lock.fencingToken());
		}
		assertThat(this.client.getKVClient().get(key()).get().getKvs()).isEmpty();
	}

	@Test
	@DisplayName("F45 a lock whose key was removed is lost, and the key of the next holder is left alone")
	void removedKeyIsALostLock() throws Exception {
		HeldLock lock = take();
		CountDownLatch lost = new CountDownLatch(1);
		lock.onLost(lost::countDown);
		this.client.getKVClient().delete(key()).get();
		try (Backend other = Etcds.open(server.address(), this.namespace);
				HeldLock next = other.lock().acquire("batch", Duration.ZERO).orElseThrow()) {
			assertThat(next.fencingToken()).isGreaterThan(lock.fencingToken());
			assertThat(lost.await(5, TimeUnit.SECONDS)).isTrue();
			assertThat(lock.isHeld()).isFalse();
			lock.close();
			assertThat(this.client.getKVClient().get(key()).get().getKvs()).hasSize(1);
			assertThat(next.isHeld()).isTrue();
		}
	}

	@Test
	@DisplayName("F46 a lock is lost by the holder's own clock before the server gives it to somebody else")
	void lockIsLostByTheOwnClock() throws Exception {
		EtcdSettings patient = Etcds.settings(Duration.ofSeconds(20), Duration.ofSeconds(2), server.address());
		try (Backend own = Etcds.open(patient, this.namespace)) {
			HeldLock lock = own.lock().acquire("batch", Duration.ZERO).orElseThrow();
			CountDownLatch lost = new CountDownLatch(1);
			lock.onLost(lost::countDown);
			server.pause();
			try {
				assertThat(lost.await(10, TimeUnit.SECONDS)).isTrue();
				assertThat(lock.isHeld()).isFalse();
				long start = System.nanoTime();
				lock.close();
				assertThat(Duration.ofNanos(System.nanoTime() - start)).as("a lost lock is not given back")
					.isLessThan(Duration.ofSeconds(8));
			}
			finally {
				server.resume();
			}
		}
		await().atMost(Duration.ofSeconds(10))
			.ignoreExceptions()
			.until(() -> this.backend.lock().acquire("batch", Duration.ofSeconds(1)).isPresent());
	}

}
