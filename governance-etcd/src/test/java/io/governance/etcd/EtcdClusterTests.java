package io.governance.etcd;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;

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
import io.governance.testservers.EtcdCluster;
import io.governance.testservers.EtcdServer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Several members, some of which fail.
 */
@Timeout(240)
class EtcdClusterTests {

	private final String namespace = "c" + UUID.randomUUID().toString().substring(0, 8);

	private final DocumentId id = new DocumentId(this.namespace, "default", "orders.yaml");

	private void publish(Backend backend, String text) {
		backend.config().publish(List.of(Publication.put(this.id, text)), Author.of("test"));
	}

	@Test
	@DisplayName("F18 the leader dies: watches, registrations and locks go on with the other members")
	void leaderMayDie() throws Exception {
		try (EtcdCluster cluster = EtcdServer.options().startCluster(3)) {
			EtcdSettings settings = new EtcdSettings(cluster.addresses(), null, null, null, null, null,
					Duration.ofSeconds(10), null);
			try (Backend backend = Etcds.open(settings, this.namespace)) {
				publish(backend, "a: 0");
				RecordingConfigListener listener = new RecordingConfigListener();
				RecordingInstancesListener instances = new RecordingInstancesListener();
				backend.config().watch(Set.of(this.id), listener);
				backend.discovery().watch("orders", instances);
				backend.registry().put("orders", List.of(Instance.of("orders", "127.0.0.1", 80).id("o-1").build()));
				HeldLock lock = backend.lock().acquire("batch", Duration.ZERO).orElseThrow();
				await().until(() -> listener.latest(this.id).equals("a: 0") && instances.shows("o-1"));
				EtcdServer leader = cluster.leader();
				leader.kill();
				cluster.leader();
				publishInTime(backend, "a: 1");
				await().atMost(Duration.ofSeconds(30)).until(() -> listener.latest(this.id).equals("a: 1"));
				leader.start();
				EtcdServer next = cluster.leader();
				next.kill();
				cluster.leader();
				publishInTime(backend, "a: 2");
				await().atMost(Duration.ofSeconds(30)).until(() -> listener.latest(this.id).equals("a: 2"));
				assertThat(listener.texts(this.id)).containsExactly("a: 0", "a: 1", "a: 2");
				assertThat(instances.deliveries().stream().skip(1)).as("registered all the time")
					.allSatisfy((list) -> assertThat(list).hasSize(1));
				assertThat(lock.isHeld()).isTrue();
				lock.close();
			}
		}
	}

	@Test
	@DisplayName("F3 a member that hangs does not keep its watches silent, and nobody is told of a loss")
	void hangingMemberIsLeft() throws Exception {
		try (EtcdCluster cluster = EtcdServer.options().startCluster(3)) {
			EtcdServer leader = cluster.leader();
			List<EtcdServer> followers = cluster.members().stream().filter((member) -> member != leader).toList();
			try (Backend writer = Etcds.open(leader.address(), this.namespace, Etcds.LONG_LEASE);
					Backend backend = Etcds.open(Etcds.settings(Duration.ofSeconds(5), Etcds.LONG_LEASE,
							followers.get(0).address(), followers.get(1).address()), this.namespace)) {
				publish(writer, "a: 0");
				RecordingConfigListener listener = new RecordingConfigListener();
				backend.config().watch(Set.of(this.id), listener);
				await().until(() -> listener.latest(this.id).equals("a: 0"));
				for (EtcdServer follower : followers) {
					follower.pause();
					publish(writer, "a: " + follower.address());
					// Before everything is read again, after 48 seconds at the earliest.
					await().atMost(Duration.ofSeconds(30))
						.until(() -> listener.latest(this.id).equals("a: " + follower.address()));
					follower.resume();
				}
				assertThat(listener.connections()).isEmpty();
			}
		}
	}

	@Test
	@DisplayName("F44 F39 a member that has lost the others answers no read: what it holds may be old")
	void memberAloneAnswersNoRead() throws Exception {
		try (EtcdCluster cluster = EtcdServer.options().startCluster(3)) {
			EtcdServer alone = cluster.members().get(0);
			try (Backend backend = Etcds.open(alone.address(), this.namespace)) {
				publishInTime(backend, "a: 0");
				RecordingConfigListener listener = new RecordingConfigListener();
				backend.config().watch(Set.of(this.id), listener);
				await().until(() -> listener.latest(this.id).equals("a: 0"));
				cluster.members().get(1).pause();
				cluster.members().get(2).pause();
				assertThatExceptionOfType(BackendUnavailableException.class)
					.isThrownBy(() -> backend.config().get(Set.of(this.id)));
				assertThatExceptionOfType(BackendUnavailableException.class)
					.isThrownBy(() -> backend.discovery().services());
				await().atMost(Duration.ofSeconds(30))
					.until(() -> listener.connections().equals(List.of(ConnectionState.DISCONNECTED)));
				cluster.members().get(1).resume();
				publishInTime(backend, "a: 1");
				await().atMost(Duration.ofSeconds(30)).until(() -> listener.latest(this.id).equals("a: 1"));
				assertThat(listener.texts(this.id)).containsExactly("a: 0", "a: 1");
			}
		}
	}

	private void publishInTime(Backend backend, String text) {
		await().atMost(Duration.ofSeconds(30)).ignoreException(BackendUnavailableException.class).until(() -> {
			publish(backend, text);
			return true;
		});
	}

	@Test
	@DisplayName("F21 a member of another cluster is never believed while the right one answers")
	void memberOfAnotherClusterIsNotBelieved() {
		try (EtcdServer right = EtcdServer.own();
				EtcdServer wrong = EtcdServer.own();
				Backend ofRight = Etcds.open(right.address(), this.namespace);
				Backend ofWrong = Etcds.open(wrong.address(), this.namespace);
				Backend ofBoth = Etcds.open(Etcds.settings(right.address(), wrong.address()), this.namespace)) {
			publish(ofRight, "cluster: right");
			publish(ofWrong, "cluster: wrong");
			RecordingConfigListener listener = new RecordingConfigListener();
			ofBoth.config().watch(Set.of(this.id), listener);
			await().until(() -> !listener.deliveries().isEmpty());
			String first = listener.latest(this.id);
			await().during(Duration.ofSeconds(4))
				.atMost(Duration.ofSeconds(20))
				.until(() -> listener.texts(this.id).equals(List.of(first)));
		}
	}

}
