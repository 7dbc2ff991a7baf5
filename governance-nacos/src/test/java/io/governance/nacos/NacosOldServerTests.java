package io.governance.nacos;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.config.Author;
import io.governance.config.ConflictException;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.config.Revision;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.testkit.RecordingConfigListener;
import io.governance.testkit.RecordingInstancesListener;
import io.governance.testservers.NacosServer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A real server of version 2, in a namespace that somebody made.
 */
@Timeout(180)
class NacosOldServerTests {

	private static final Author ALICE = Author.of("alice");

	private static final DocumentId ORDERS = new DocumentId("dev", "shop", "orders.yaml");

	private static final DocumentId LISTED = new DocumentId("dev", "shop", "listed.yaml");

	private static NacosServer server;

	private final RecordingConfigListener documents = new RecordingConfigListener();

	private final RecordingInstancesListener instances = new RecordingInstancesListener();

	private Backend backend;

	@BeforeAll
	static void start() {
		server = NacosServer.options().version2().start();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@BeforeEach
	void open() {
		this.backend = open("dev", true);
	}

	@AfterEach
	void close() {
		this.backend.close();
	}

	private static Backend open(String namespace, boolean ephemeral) {
		NacosSettings settings = new NacosSettings(List.of(NacosFixture.address(server.address())), null, null, null,
				null, null, null, ephemeral, null, null, null);
		return new NacosBackendFactory().create(BackendEnvironment.of("nacos", namespace, settings));
	}

	private static ConditionFactory within(int seconds) {
		return Awaitility.await().pollInterval(Duration.ofMillis(20)).atMost(Duration.ofSeconds(seconds));
	}

	private Revision put(DocumentId id, String text) {
		return this.backend.config().publish(List.of(Publication.put(id, text)), ALICE).get(0);
	}

	private Revision put(DocumentId id, String text, Revision expected) {
		return this.backend.config().publish(List.of(Publication.put(id, text).expecting(expected)), ALICE).get(0);
	}

	private String textOf(DocumentId id) {
		return this.backend.config().get(Set.of(id)).find(id).orElseThrow().text();
	}

	private void awaitText(String text) {
		within(10).until(() -> this.documents.latest(ORDERS).equals(text));
	}

	private static String api(String method, String path) throws Exception {
		HttpRequest request = HttpRequest.newBuilder(URI.create(server.address() + "/nacos/v1/" + path))
			.method(method, HttpRequest.BodyPublishers.noBody())
			.build();
		HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
		assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
		return answer.body();
	}

	@Test
	void documentsAreReadWatchedPublishedAndDeleted() throws Exception {
		this.backend.config().watch(Set.of(ORDERS), this.documents);
		awaitText(RecordingConfigListener.ABSENT);
		Revision revision = put(ORDERS, "a: grün");
		awaitText("a: grün");
		assertThat(this.backend.config().get(Set.of(ORDERS)).find(ORDERS).orElseThrow().revision()).isEqualTo(revision);
		assertThat(api("GET", "cs/configs?tenant=dev&group=shop&dataId=orders.yaml")).isEqualTo("a: grün");
		api("POST", "cs/configs?tenant=dev&group=shop&dataId=orders.yaml&content=a%3A+2");
		awaitText("a: 2");
		this.backend.config().publish(List.of(Publication.delete(ORDERS)), ALICE);
		awaitText(RecordingConfigListener.ABSENT);
		assertThat(this.documents.connections()).isEmpty();
	}

	@Test
	@DisplayName("Client trap (CAS says yes): a lost race is told as a conflict, although this server says yes")
	void lostRaceIsAConflict() {
		DocumentId id = new DocumentId("dev", "shop", "compared.yaml");
		Revision first = put(id, "a: 1");
		Revision second = put(id, "a: 2", first);
		for (String text : List.of("a: 3", "a: 2")) {
			assertThatExceptionOfType(ConflictException.class).isThrownBy(() -> put(id, text, first));
			assertThat(textOf(id)).isEqualTo("a: 2");
		}
		put(id, "a: 2", second);
		put(id, "a: 4", second);
		assertThat(textOf(id)).isEqualTo("a: 4");
	}

	@Test
	@DisplayName("Of many who replace the same revision one does")
	void oneOfManyReplaces() {
		DocumentId id = new DocumentId("dev", "shop", "contended.yaml");
		Revision first = put(id, "a: 0");
		List<Boolean> outcomes = IntStream.rangeClosed(1, 6).parallel().mapToObj((number) -> {
			try {
				put(id, "a: " + number, first);
				return true;
			}
			catch (ConflictException ex) {
				return false;
			}
		}).toList();
		assertThat(outcomes).containsOnlyOnce(true);
	}

	@Test
	@DisplayName("Lists and history are refused in words, since Nacos has them from version 3 on")
	void listsAndHistoryAreRefused() {
		put(LISTED, "a: 1");
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> this.backend.config().list("dev", "shop"))
			.withMessageContaining("version 3");
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> this.backend.config().history(LISTED, 1))
			.withMessageContaining("version 3");
	}

	@ParameterizedTest
	@ValueSource(strings = { DocumentId.DEFAULT, "public" })
	@DisplayName("Client trap (default namespace of Nacos 2): documents of the namespace 'default', by whichever name, are refused in words, and never look absent")
	void documentsOfTheDefaultNamespaceAreRefused(String namespace) throws Exception {
		api("POST", "cs/configs?group=shop&dataId=orders.yaml&content=a%3A+1");
		DocumentId id = new DocumentId(namespace, "shop", "orders.yaml");
		assertThatExceptionOfType(BackendUnavailableException.class)
			.isThrownBy(() -> this.backend.config().get(Set.of(id)))
			.withMessageContaining("governance.namespace");
		assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(() -> put(id, "a: 2"))
			.withMessageContaining("governance.namespace");
		this.backend.config().watch(Set.of(id), this.documents);
		within(10).until(() -> this.documents.connections().contains(ConnectionState.DISCONNECTED));
		assertThat(this.documents.deliveries()).isEmpty();
		assertThat(api("GET", "cs/configs?group=shop&dataId=orders.yaml")).isEqualTo("a: 1");
	}

	@Test
	void instancesAreRegisteredWatchedChangedAndWithdrawn() {
		Instance first = Instance.of("orders", "127.0.0.1", 8001).version("2").weight(37).build();
		Instance second = Instance.of("orders", "127.0.0.1", 8002).build();
		this.backend.discovery().watch("orders", this.instances);
		within(10).until(() -> this.instances.latest().isPresent());
		try (Backend other = open("dev", true)) {
			other.registry().put("orders", List.of(first, second));
			within(10).until(() -> List.of(first, second).equals(this.instances.latest().orElseThrow()));
			Awaitility.await()
				.untilAsserted(() -> assertThat(other.registry().observe("orders")).containsExactly(first, second));
			assertThat(this.backend.discovery().services()).contains("orders");
			Instance draining = first.withStatus(InstanceStatus.DRAINING);
			other.registry().put("orders", List.of(draining));
			within(10).until(() -> List.of(draining, second).equals(this.instances.latest().orElseThrow()));
			other.registry().remove("orders", first.id());
			within(10).until(() -> this.instances.shows(second.id()));
		}
		within(10).until(() -> this.instances.shows());
		assertThat(this.instances.connections()).isEmpty();
	}

	@Test
	@DisplayName("Instances of the namespace 'default' are those of its namespace 'public'")
	void instancesOfTheDefaultNamespaceAreThoseOfPublic() throws Exception {
		Instance instance = Instance.of("stock", "127.0.0.1", 8001).build();
		try (Backend other = open(DocumentId.DEFAULT, true)) {
			other.registry().put("stock", List.of(instance));
			Awaitility.await()
				.untilAsserted(() -> assertThat(other.registry().observe("stock")).containsExactly(instance));
			within(10).untilAsserted(
					() -> assertThat(api("GET", "ns/instance/list?serviceName=stock")).contains("\"port\":8001"));
		}
	}

	@Test
	@DisplayName("Persistent instances are refused in words, since this server knows them over HTTP alone")
	void persistentInstancesAreRefused() {
		Instance instance = Instance.of("fixed", "127.0.0.1", 8001).build();
		try (Backend fixed = open("dev", false)) {
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> fixed.registry().put("fixed", List.of(instance)))
				.withMessageContaining("governance.nacos.ephemeral");
		}
	}

}
