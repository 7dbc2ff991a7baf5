package io.governance.etcd;

import java.util.Set;
import java.util.UUID;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.Client;
import io.etcd.jetcd.KV;
import io.etcd.jetcd.options.GetOption;
import io.governance.backend.Backend;
import io.governance.config.Author;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.config.Revision;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.testkit.RecordingConfigListener;
import io.governance.testkit.RecordingInstancesListener;
import io.governance.testservers.EtcdServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.List.of;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a plain client of etcd writes we read, and the other way round.
 */
@Timeout(30)
class EtcdInteropTests {

	private final String namespace = "i" + UUID.randomUUID().toString().substring(0, 8);

	private final DocumentId id = new DocumentId(this.namespace, "default", "orders.yaml");

	private Backend backend;

	private Client client;

	private KV plain;

	@BeforeEach
	void open() {
		this.backend = Etcds.open(EtcdServer.shared().address(), this.namespace);
		this.client = Client.builder().endpoints(EtcdServer.shared().address()).build();
		this.plain = this.client.getKVClient();
	}

	@AfterEach
	void close() {
		this.backend.close();
		this.client.close();
	}

	private static ByteSequence bytes(String text) {
		return ByteSequence.from(text, UTF_8);
	}

	@Test
	void keyOfAPlainClientReachesOurListener() throws Exception {
		ByteSequence key = bytes("governance/config/" + this.namespace + "/default/orders.yaml");
		RecordingConfigListener listener = new RecordingConfigListener();
		this.backend.config().watch(Set.of(this.id), listener);
		await().until(() -> listener.latest(this.id).equals(RecordingConfigListener.ABSENT));
		long revision = this.plain.put(key, bytes("a: 1")).get().getHeader().getRevision();
		await().until(() -> listener.latest(this.id).equals("a: 1"));
		assertThat(this.backend.config().get(Set.of(this.id)).find(this.id).orElseThrow().revision())
			.isEqualTo(Revision.of(revision));
		assertThat(this.backend.config().history(this.id, 10)).isEmpty();
		this.plain.delete(key).get();
		await().until(() -> listener.latest(this.id).equals(RecordingConfigListener.ABSENT));
	}

	@Test
	void documentOfOursIsTextUnderItsKey() throws Exception {
		this.backend.config().publish(of(Publication.put(this.id, "a: ü")), Author.of("test"));
		assertThat(this.plain.get(bytes("governance/config/" + this.namespace + "/default/orders.yaml"))
			.get()
			.getKvs()
			.get(0)
			.getValue()
			.toString(UTF_8)).isEqualTo("a: ü");
	}

	@Test
	void instanceOfAPlainClientIsFoundAndNonsenseIsLeftOut() throws Exception {
		String home = "governance/services/" + this.namespace + "/orders/";
		RecordingInstancesListener listener = new RecordingInstancesListener();
		this.backend.discovery().watch("orders", listener);
		this.plain.put(bytes(home + "bad-1"), bytes("{")).get();
		this.plain.put(bytes(home + "bad-2"), bytes("{\"service\":\"other\",\"id\":\"bad-2\"}")).get();
		this.plain.put(bytes(home + "bad/3"), bytes("x")).get();
		this.plain
			.put(bytes(home + "p-1"), bytes(
					"{\"service\":\"orders\",\"id\":\"p-1\",\"host\":\"10.0.0.1\",\"port\":80,\"leaseMillis\":1000}"))
			.get();
		await().until(() -> listener.shows("p-1"));
		assertThat(listener.latest().orElseThrow()).singleElement()
			.returns("10.0.0.1", Instance::host)
			.returns(80, Instance::port)
			.returns(InstanceStatus.UP, Instance::status);
		this.plain.delete(bytes(home + "p-1")).get();
		await().until(() -> listener.shows());
	}

	@Test
	void instanceOfOursIsJsonUnderALease() throws Exception {
		this.backend.registry().put("orders", of(Instance.of("orders", "10.0.0.1", 80).id("o-1").build()));
		assertThat(this.plain
			.get(bytes("governance/services/" + this.namespace + "/orders/"),
					GetOption.builder().isPrefix(true).build())
			.get()
			.getKvs()).singleElement().satisfies((kv) -> {
				assertThat(kv.getLease()).isNotZero();
				assertThat(kv.getValue().toString(UTF_8)).contains("\"host\":\"10.0.0.1\"", "\"status\":\"UP\"");
			});
	}

}
