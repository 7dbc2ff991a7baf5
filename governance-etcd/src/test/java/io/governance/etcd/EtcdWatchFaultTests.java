package io.governance.etcd;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.etcd.jetcd.Client;
import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.backend.Backend;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.etcd.EtcdFront.Fate;
import io.governance.lock.HeldLock;
import io.governance.testkit.RecordingConfigListener;
import io.governance.testservers.EtcdServer;
import io.grpc.Status;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Watches that break in ways that a real server is seldom made to.
 */
@Timeout(60)
class EtcdWatchFaultTests extends BehindFront {

	private final DocumentId id = id("orders.yaml");

	private void publish(String text) {
		publish(Publication.put(this.id, text));
	}

	private void awaitText(RecordingConfigListener listener, String text) {
		awaitText(listener, this.id, text);
	}

	@Test
	@DisplayName("(b) F16 a stream that breaks before its backlog arrives loses nothing")
	void brokenStreamLosesNothing() {
		this.front.watches((number) -> (number <= 3) ? Fate.BREAK_BEFORE_BACKLOG : Fate.FORWARD);
		publish("a: 0");
		RecordingConfigListener listener = watch(this.id);
		awaitText(listener, "a: 0");
		for (int i = 1; i <= 5; i++) {
			publish("a: " + i);
			awaitText(listener, "a: " + i);
		}
		assertThat(this.front.watches()).isGreaterThanOrEqualTo(4);
		assertThat(listener.texts(this.id)).as("none twice, none older after newer").isSorted().doesNotHaveDuplicates();
	}

	@ParameterizedTest
	@EnumSource(value = Fate.class, names = { "END", "NO_LEADER", "EXHAUSTED" })
	@DisplayName("(b) F17 F18 a watch that ends, finds no leader or is refused is begun again")
	void endedWatchIsBegunAgain(Fate fate) {
		publish("a: 0");
		this.front.watches((number) -> (number <= 3) ? fate : Fate.FORWARD);
		RecordingConfigListener listener = watch(this.id);
		awaitText(listener, "a: 0");
		await().atMost(Duration.ofSeconds(10)).until(() -> this.front.watches() >= 4);
		publish("a: 1");
		awaitText(listener, "a: 1");
		assertThat(listener.texts(this.id)).containsExactly("a: 0", "a: 1");
		assertThat(listener.connections()).as("reads worked all the time").isEmpty();
	}

	@ParameterizedTest
	@EnumSource(value = Fate.class, names = { "EXHAUSTED", "CREATE_AND_END" })
	@DisplayName("(b) a watch that is refused, or created and ended, for ever is not asked for without a pause")
	void watchThatNeverLastsIsAskedForWithBackoff(Fate fate) {
		this.front.watches((number) -> fate);
		publish("a: 0");
		RecordingConfigListener listener = watch(this.id);
		awaitText(listener, "a: 0");
		publish("a: 1");
		awaitText(listener, "a: 1");
		publish("a: 2");
		awaitText(listener, "a: 2");
		int begun = this.front.watches();
		await().during(Duration.ofSeconds(4))
			.atMost(Duration.ofSeconds(20))
			.until(() -> this.front.watches() < begun + 20);
		assertThat(this.front.watches()).as("and yet it is asked for").isGreaterThan(begun);
	}

	@Test
	@DisplayName("F47 a watch that has fallen silent is made up for by reading again")
	void silentWatchIsMadeUpForByReading() {
		this.front.watches((number) -> Fate.SILENCE);
		EtcdSettings settings = new EtcdSettings(List.of(this.front.address()), null, null, null, null, null, null,
				Duration.ofSeconds(1));
		try (Backend backend = Etcds.open(settings, this.namespace)) {
			RecordingConfigListener listener = new RecordingConfigListener();
			backend.config().watch(Set.of(this.id), listener);
			awaitText(listener, RecordingConfigListener.ABSENT);
			await().atMost(Duration.ofSeconds(5)).until(() -> this.front.watches() >= 1);
			publish("a: 1");
			awaitText(listener, "a: 1");
			assertThat(this.front.watches()).as("no watch was needed for that").isEqualTo(1);
		}
	}

	@Test
	@DisplayName("F47 a watch that has fallen silent keeps nobody from a lock that is free")
	void silentWatchKeepsNobodyFromAFreeLock() throws Exception {
		this.front.watches((number) -> Fate.SILENCE);
		HeldLock held = this.publisher.lock().acquire("batch", Duration.ZERO).orElseThrow();
		CompletableFuture<Boolean> taken = CompletableFuture.supplyAsync(() -> {
			try {
				return this.behind.lock().acquire("batch", Duration.ofSeconds(20)).isPresent();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
		});
		await().atMost(Duration.ofSeconds(5)).until(() -> this.front.watches() >= 1);
		held.close();
		assertThat(taken.get(8, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	@DisplayName("F6 F39 a server that is overrun is unavailable, not empty")
	void overrunServerIsNotEmpty() {
		publish("a: 0");
		RecordingConfigListener listener = watch(this.id);
		awaitText(listener, "a: 0");
		this.front.refuse(Status.RESOURCE_EXHAUSTED.withDescription("etcdserver: too many requests"));
		assertThatExceptionOfType(BackendUnavailableException.class)
			.isThrownBy(() -> this.behind.config().get(Set.of(this.id)))
			.withMessageContaining("too many requests")
			.withMessageContaining(this.front.address());
		assertThatExceptionOfType(BackendUnavailableException.class)
			.isThrownBy(() -> this.behind.discovery().services());
		await().atMost(Duration.ofSeconds(6))
			.until(() -> listener.connections().contains(ConnectionState.DISCONNECTED));
		this.front.refuse(Status.OK);
		await().atMost(Duration.ofSeconds(6))
			.until(() -> listener.connections()
				.equals(List.of(ConnectionState.DISCONNECTED, ConnectionState.CONNECTED)));
		assertThat(listener.texts(this.id)).containsExactly("a: 0");
	}

	@Test
	@DisplayName("F15 what was published and compacted while the watch was torn arrives all the same")
	void compactedBacklogIsReadAgain() throws Exception {
		publish("a: 0");
		this.front.watches((number) -> Fate.FORWARD);
		RecordingConfigListener listener = watch(this.id);
		awaitText(listener, "a: 0");
		this.front.watches((number) -> Fate.NO_LEADER);
		this.front.refuse(Status.UNAVAILABLE.withDescription("etcdserver: no leader"));
		await().atMost(Duration.ofSeconds(6))
			.until(() -> listener.connections().contains(ConnectionState.DISCONNECTED));
		for (int i = 1; i <= 20; i++) {
			publish("a: " + i);
		}
		long revision = Long
			.parseLong(this.publisher.config().get(Set.of(this.id)).find(this.id).orElseThrow().revision().value());
		try (Client client = Client.builder().endpoints(EtcdServer.shared().address()).build()) {
			client.getKVClient().compact(revision).get();
		}
		this.front.watches((number) -> Fate.FORWARD);
		this.front.refuse(Status.OK);
		awaitText(listener, "a: 20");
		publish("a: 21");
		awaitText(listener, "a: 21");
		assertThat(listener.texts(this.id)).containsExactly("a: 0", "a: 20", "a: 21");
	}

}
