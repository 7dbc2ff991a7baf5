package io.governance.nacos;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;

import io.governance.BackendUnavailableException;
import io.governance.backend.Backend;
import io.governance.config.Author;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.config.Revision;
import io.governance.config.ConflictException;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.testkit.RecordingInstancesListener;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * What Nacos cannot hold, and what it holds in a way of its own.
 */
@Timeout(180)
class NacosRefusalTests {

	/** A server that was just started, on a machine that is busy, takes its time. */
	private static final Duration ELECTION = Duration.ofSeconds(90);

	private final String namespace = "refusal-" + UUID.randomUUID().toString().substring(0, 8);

	private final NacosFixture fixture = new NacosFixture();

	private Backend backend;

	@BeforeEach
	void open() {
		this.backend = this.fixture.open(this.fixture.address(), this.namespace);
	}

	@AfterEach
	void close() {
		this.backend.close();
	}

	private static Instance instance(int port) {
		return Instance.of("orders", "127.0.0.1", port).build();
	}

	@Test
	@DisplayName("F26 Client trap (limits): metadata of 1,024 characters are taken with what is added, and one more is refused")
	void metadataAreLimited() {
		int free = NacosInstances.MAX_METADATA - "governance-id".length() - instance(8001).id().length() - 1;
		Instance largest = instance(8001).toBuilder().metadata(Map.of("k", "v".repeat(free))).build();
		this.backend.registry().put("orders", List.of(largest));
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.backend.registry().observe("orders")).containsExactly(largest));
		Instance larger = instance(8001).toBuilder().metadata(Map.of("k", "v".repeat(free + 1))).build();
		assertThatIllegalArgumentException().isThrownBy(() -> this.backend.registry().put("orders", List.of(larger)))
			.withMessageContaining("1025")
			.withMessageContaining("1024");
	}

	@Test
	@DisplayName("F36 Client trap (the second instance): two instances of a service at one address are refused, also when they come one after the other")
	void twoInstancesAtOneAddressAreRefused() {
		this.backend.registry().put("orders", List.of(instance(8001)));
		Instance second = instance(8001).toBuilder().id("second").build();
		assertThatIllegalArgumentException().isThrownBy(() -> this.backend.registry().put("orders", List.of(second)))
			.withMessageContaining("second")
			.withMessageContaining("127.0.0.1:8001");
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.backend.registry().observe("orders")).containsExactly(instance(8001)));
	}

	@Test
	@DisplayName("F28 Client trap (names): names with every character that is allowed are kept as they are, in calls and in URLs")
	void namesAreKeptAsTheyAre() {
		DocumentId id = new DocumentId(this.namespace, "a:b-c_d.e", "_a:b-c..d_e.yaml");
		publish(Publication.put(id, "a: 1"));
		publish(Publication.put(id, "a: 2"));
		assertThat(this.backend.config().get(Set.of(id)).find(id).orElseThrow().text()).isEqualTo("a: 2");
		assertThat(this.backend.config().list(this.namespace, "a:b-c_d.e")).containsExactly(id);
		assertThat(this.backend.config().history(id, 5)).hasSize(2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "a?b", "a#b", "a%2Fb", "../a", "a/b", "a b", "a&b=c" })
	@DisplayName("F28 Names that mean something in a URL are refused")
	void namesThatMeanSomethingAreRefused(String name) {
		assertThatIllegalArgumentException().isThrownBy(() -> this.backend.config().list(this.namespace, name));
		assertThatIllegalArgumentException().isThrownBy(() -> this.backend.config().list(name, "shop"));
		assertThatIllegalArgumentException().isThrownBy(() -> this.backend.discovery().watch(name, (list) -> {
		}));
		assertThatIllegalArgumentException().isThrownBy(() -> settings(name, null, null));
		assertThatIllegalArgumentException().isThrownBy(() -> settings(null, name, null));
		assertThatIllegalArgumentException().isThrownBy(() -> settings(null, null, "/" + name + "?"));
	}

	private static NacosSettings settings(@Nullable String group, @Nullable String cluster,
			@Nullable String contextPath) {
		return new NacosSettings(null, null, null, contextPath, null, group, cluster, null, null, null, null);
	}

	@Test
	@DisplayName("F36 Client trap (the second instance): two instances of a service from one process are both there, and leave one by one")
	void secondInstanceReplacesNoOther() {
		this.backend.registry().put("orders", List.of(instance(8001)));
		this.backend.registry().put("orders", List.of(instance(8002)));
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.backend.registry().observe("orders")).containsExactly(instance(8001),
					instance(8002)));
		this.backend.registry().remove("orders", instance(8001).id());
		Awaitility.await()
			.untilAsserted(() -> assertThat(this.backend.registry().observe("orders")).containsExactly(instance(8002)));
	}

	@Test
	@DisplayName("Client trap (5 equal requests a second): nobody is refused for asking often")
	void equalRequestsAreNotLimited() {
		DocumentId id = new DocumentId(this.namespace, "shop", "often.yaml");
		publish(Publication.put(id, "a: 1"));
		for (int i = 0; i < 50; i++) {
			assertThat(this.backend.config().get(Set.of(id)).find(id)).isPresent();
		}
	}

	@Test
	@DisplayName("F19 F20 Client trap (threads of listeners): a listener that blocks or throws keeps nobody else from being told")
	void listenersDoNotHoldEachOtherUp() throws Exception {
		CountDownLatch free = new CountDownLatch(1);
		List<String> threads = new CopyOnWriteArrayList<>();
		RecordingInstancesListener told = new RecordingInstancesListener();
		try {
			this.backend.discovery().watch("orders", (instances) -> {
				threads.add(Thread.currentThread().getName());
				try {
					free.await();
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
			});
			this.backend.discovery().watch("stock", (instances) -> {
				threads.add(Thread.currentThread().getName());
				throw new IllegalStateException("on purpose");
			});
			this.backend.discovery().watch("bills", told);
			Instance bill = Instance.of("bills", "127.0.0.1", 8001).build();
			this.backend.registry().put("bills", List.of(bill));
			Awaitility.await()
				.atMost(Duration.ofSeconds(10))
				.until(() -> told.latest().equals(Optional.of(List.of(bill))) && threads.size() == 2);
			assertThat(threads).allMatch((name) -> name.startsWith("governance-nacos"));
		}
		finally {
			free.countDown();
		}
	}

	@Test
	@DisplayName("A persistent instance outlives its process, until it is withdrawn")
	void persistentInstanceStays() {
		Backend first = openPersistent();
		Instance instance = Instance.of("fixed", "127.0.0.1", 8001).build();
		Instance other = Instance.of("fixed", "127.0.0.1", 8002).build();
		try {
			// the group that keeps persistent instances elects its leader after the start
			Awaitility.await()
				.atMost(ELECTION)
				.ignoreException(BackendUnavailableException.class)
				.untilAsserted(() -> first.registry().put("fixed", List.of(instance, other)));
			Awaitility.await()
				.untilAsserted(() -> assertThat(first.registry().observe("fixed")).extracting(Instance::id)
					.containsExactly(instance.id(), other.id()));
			first.registry().remove("fixed", other.id());
			Awaitility.await().until(() -> first.registry().observe("fixed").size() == 1);
		}
		finally {
			first.close();
		}
		try (Backend second = openPersistent()) {
			second.registry().put("fixed", List.of(instance));
			Awaitility.await()
				.untilAsserted(() -> assertThat(second.registry().observe("fixed")).extracting(Instance::id)
					.containsExactly(instance.id()));
			second.registry().remove("fixed", instance.id());
			Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> second.registry().observe("fixed").isEmpty());
		}
	}

	@Test
	@DisplayName("A persistent instance that comes back at another address leaves nothing at its old one")
	void persistentInstanceMoves() {
		Instance before = Instance.of("moved", "127.0.0.1", 8001).id("one").build();
		Instance other = Instance.of("moved", "127.0.0.1", 8002).id("two").build();
		try (Backend first = openPersistent()) {
			Awaitility.await()
				.atMost(ELECTION)
				.ignoreException(BackendUnavailableException.class)
				.untilAsserted(() -> first.registry().put("moved", List.of(before, other)));
			Awaitility.await().until(() -> first.registry().observe("moved").size() == 2);
		}
		Instance after = Instance.of("moved", "127.0.0.1", 8003).id("one").build();
		try (Backend second = openPersistent()) {
			second.registry().put("moved", List.of(after));
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.untilAsserted(() -> assertThat(second.discovery().read("moved")).extracting(Instance::port)
					.containsExactlyInAnyOrder(8003, 8002));
			assertThat(second.registry().observe("moved")).containsExactly(after);
			Instance again = Instance.of("moved", "127.0.0.1", 8004).id("one").build();
			second.registry().put("moved", List.of(again));
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.until(() -> second.registry().observe("moved"), List.of(again)::equals);
			second.registry().put("moved", List.of(again, other));
			second.registry().remove("moved", "one");
			second.registry().remove("moved", "two");
		}
	}

	private Backend openPersistent() {
		return NacosFixture.open(new NacosSettings(List.of(this.fixture.address()), null, null, null, null, null, null,
				false, null, null, null), this.namespace);
	}

	@Test
	@DisplayName("A persistent instance that fails the server's own check is down, which is no reason to register it again")
	void persistentInstanceThatFailsItsCheckStaysDown() {
		Instance sick = instance(1);
		try (Backend persistent = openPersistent()) {
			Awaitility.await()
				.atMost(ELECTION)
				.ignoreException(BackendUnavailableException.class)
				.untilAsserted(() -> persistent.registry().put("orders", List.of(sick)));
			Awaitility.await()
				.atMost(Duration.ofSeconds(60))
				.until(() -> persistent.discovery().read("orders"),
						List.of(sick.withStatus(InstanceStatus.DOWN))::equals);
			assertThat(persistent.registry().observe("orders")).containsExactly(sick);
			persistent.registry().remove("orders", sick.id());
		}
	}

	@Test
	@DisplayName("An own weight survives a time without calls")
	void weightSurvivesDraining() {
		Instance heavy = instance(8001).toBuilder().weight(37).build();
		for (InstanceStatus status : List.of(InstanceStatus.UP, InstanceStatus.DRAINING, InstanceStatus.UP,
				InstanceStatus.OUT_OF_SERVICE)) {
			this.backend.registry().put("orders", List.of(heavy.withStatus(status)));
			Awaitility.await()
				.untilAsserted(() -> assertThat(this.backend.registry().observe("orders"))
					.containsExactly(heavy.withStatus(status)));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "weight=0.5", "enabled=false" })
	@DisplayName("What an operator has set is what callers see, no reason to register again, and delays no change")
	void operatorIsNotContradicted(String setting) {
		Instance own = instance(8001);
		this.backend.registry().put("orders", List.of(own));
		operatorSets(setting);
		Awaitility.await().until(() -> !this.backend.discovery().read("orders").equals(List.of(own)));
		assertThat(this.backend.registry().observe("orders")).containsExactly(own);
		long fastest = Long.MAX_VALUE;
		for (InstanceStatus status : List.of(InstanceStatus.OUT_OF_SERVICE, InstanceStatus.DRAINING,
				InstanceStatus.UP)) {
			long begun = System.nanoTime();
			this.backend.registry().put("orders", List.of(own.withStatus(status)));
			// a busy machine is not slow each time
			fastest = Math.min(fastest, System.nanoTime() - begun);
			Awaitility.await()
				.until(() -> this.backend.registry().observe("orders"), List.of(own.withStatus(status))::equals);
		}
		assertThat(Duration.ofNanos(fastest)).isLessThan(Duration.ofSeconds(1));
	}

	@Test
	@DisplayName("Metadata that an operator has set are a difference once, as registering again does not change them")
	void metadataOfAnOperatorAreADifferenceOnce() {
		Instance own = instance(8001);
		this.backend.registry().put("orders", List.of(own));
		operatorSets("metadata=%7B%22version%22:%222%22%7D");
		Instance set = own.toBuilder().version("2").build();
		Awaitility.await().until(() -> this.backend.discovery().read("orders"), List.of(set)::equals);
		assertThat(this.backend.registry().observe("orders")).containsExactly(set);
		this.backend.registry().put("orders", List.of(own));
		assertThat(this.backend.registry().observe("orders")).containsExactly(own);
		assertThat(this.backend.discovery().read("orders")).containsExactly(set);
	}

	private void operatorSets(String setting) {
		HttpRequest request = HttpRequest
			.newBuilder(URI.create("http://" + this.fixture.address() + "/nacos/v3/admin/ns/instance"))
			.header("Content-Type", "application/x-www-form-urlencoded")
			.PUT(HttpRequest.BodyPublishers.ofString("namespaceId=" + this.namespace
					+ "&groupName=DEFAULT_GROUP&serviceName=orders&ip=127.0.0.1&port=8001&ephemeral=true&" + setting))
			.build();
		// the group that keeps metadata elects its leader after the start
		HttpClient client = HttpClient.newHttpClient();
		Awaitility.await()
			.atMost(ELECTION)
			.until(() -> client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode() == 200);
	}

	@Test
	void blankDocumentsAndRevisionsThatAreNoneAreRefused() {
		DocumentId id = new DocumentId(this.namespace, "shop", "orders.yaml");
		assertThatExceptionOfType(UnsupportedOperationException.class)
			.isThrownBy(() -> publish(Publication.put(id, " \n\t")))
			.withMessageContaining(id.toString());
		assertThatExceptionOfType(ConflictException.class)
			.isThrownBy(() -> publish(Publication.put(id, "a: 1").expecting(new Revision(" "))));
		assertThat(this.backend.config().list(this.namespace, "shop")).isEmpty();
	}

	@Test
	@DisplayName("A comment belongs to its change alone, and a long one is cut")
	void commentsBelongToTheirChange() {
		DocumentId id = new DocumentId(this.namespace, "shop", "orders.yaml");
		this.backend.config().publish(List.of(Publication.put(id, "a: 1")), new Author("alice", "because"));
		this.backend.config().publish(List.of(Publication.put(id, "a: 2")), Author.of("bob"));
		this.backend.config()
			.publish(List.of(Publication.put(id, "a: 3")), new Author("b".repeat(200), "c".repeat(400)));
		assertThat(this.backend.config().history(id, 3)).extracting((entry) -> entry.author())
			.containsExactly(new Author("b".repeat(128), "c".repeat(128)), Author.of("bob"),
					new Author("alice", "because"));
	}

	private void publish(Publication publication) {
		this.backend.config().publish(List.of(publication), Author.of("alice"));
	}

}
