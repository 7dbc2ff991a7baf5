package io.governance.consul;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.backend.Backend;
import io.governance.config.Author;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.registry.Instance;
import io.governance.registry.InstancesListener;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What Consul, or what stands before it, may answer. */
@Timeout(60)
class ConsulProtocolTests {

	private static final DocumentId ID = new DocumentId("dev", "shop", "orders.yaml");

	private static final String KEY = "governance/config/dev/shop/orders.yaml";

	private final FakeConsul consul = new FakeConsul((asked, exchange) -> FakeConsul.send(exchange, 500, "No leader"));

	private final List<String> told = new CopyOnWriteArrayList<>();

	private final ConfigListener listener = new ConfigListener() {

		@Override
		public void onDocuments(ConfigDocuments documents) {
			ConsulProtocolTests.this.told.add(documents.find(ID).map((document) -> document.text()).orElse("absent"));
		}

		@Override
		public void onConnection(ConnectionState state) {
			ConsulProtocolTests.this.told.add(state.name());
		}

	};

	private final Backend backend = open(null, null);

	private Backend open(ConsulSettings.Consistency consistency, String token) {
		return ConsulFixture.backend("dev", new ConsulSettings(List.of(this.consul.address()), null, null, consistency,
				token, null, null, Duration.ofSeconds(2), Duration.ofSeconds(2), null, null, null));
	}

	@AfterEach
	void close() {
		this.backend.close();
		this.consul.close();
	}

	private void watch(Backend backend) {
		backend.config().watch(Set.of(ID), this.listener);
	}

	private void awaitTold(String... expected) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(10))
			.untilAsserted(() -> assertThat(this.told).containsExactly(expected));
	}

	private static void waitForNothing() throws InterruptedException {
		new CountDownLatch(1).await(1_500, TimeUnit.MILLISECONDS);
	}

	@ParameterizedTest
	@ValueSource(ints = { 429, 503, 500, 403, 404 })
	@DisplayName("F6 F18 F39 An error is told as a lost connection, never as an absence")
	void errorIsNoAbsence(int status) {
		this.consul.script((asked, exchange) -> FakeConsul.send(exchange, status, "SECRET-BODY"));
		watch(this.backend);
		awaitTold("DISCONNECTED");
		assertThatExceptionOfType(BackendUnavailableException.class)
			.isThrownBy(() -> this.backend.config().get(Set.of(ID)))
			.withMessageContaining(String.valueOf(status))
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("SECRET-BODY"));
		assertThatExceptionOfType(BackendUnavailableException.class)
			.isThrownBy(() -> this.backend.discovery().services());
		this.consul.script((asked, exchange) -> answerOrWait(asked, exchange, "one", 7));
		awaitTold("DISCONNECTED", "CONNECTED", "one");
	}

	private static void answerOrWait(FakeConsul.Asked asked, com.sun.net.httpserver.HttpExchange exchange, String value,
			long index) throws java.io.IOException, InterruptedException {
		if (asked.waits()) {
			new CountDownLatch(1).await(2_050, TimeUnit.MILLISECONDS);
		}
		FakeConsul.send(exchange, 200, FakeConsul.key(KEY, value, index), index);
	}

	@Test
	@DisplayName("F8 What a proxy answers by itself is not told as a trouble of the agent")
	void answerOfAProxyIsToldAsSuch() {
		this.consul.script((asked, exchange) -> FakeConsul.send(exchange, 504, "<html>Gateway Time-out</html>"));
		assertThatExceptionOfType(BackendUnavailableException.class)
			.isThrownBy(() -> this.backend.config().get(Set.of(ID)))
			.withMessageContaining("504")
			.withMessageContaining("governance.consul.max-wait");
	}

	@Test
	@DisplayName("F6 A server that refuses is asked again with growing pauses")
	void serverThatRefusesIsAskedWithPauses() throws InterruptedException {
		this.consul.script((asked, exchange) -> FakeConsul.send(exchange, 429, ""));
		watch(this.backend);
		waitForNothing();
		assertThat(this.consul.asked()).hasSizeBetween(2, 40);
	}

	@ParameterizedTest
	@ValueSource(strings = { "<html>hello</html>", "null", "{}", "", "[{}]", "[{\"Key\":\"k\",\"Value\":\"%%%\"}]" })
	@DisplayName("F8 An answer that is none of Consul is told as a lost connection")
	void nonsenseIsNoAnswer(String body) {
		this.consul.script((asked, exchange) -> FakeConsul.send(exchange, body.isEmpty() ? 204 : 200, body, 5));
		watch(this.backend);
		awaitTold("DISCONNECTED");
		assertThatExceptionOfType(BackendUnavailableException.class)
			.isThrownBy(() -> this.backend.config().get(Set.of(ID)));
	}

	@Test
	@DisplayName("F8 A list of instances that is none is no empty list")
	void instancesThatAreNoneAreNotEmpty() {
		this.consul.script((asked, exchange) -> FakeConsul.send(exchange, 200, "null", 5));
		this.backend.discovery().watch("orders", new Recording());
		awaitTold("DISCONNECTED");
	}

	@Test
	@DisplayName("F16 F40 An answer that breaks off replaces nothing, and what it was to tell is told afterwards")
	void answerThatBreaksOffReplacesNothing() {
		AtomicInteger count = new AtomicInteger();
		this.consul.script((asked, exchange) -> {
			switch (count.incrementAndGet()) {
				case 1 -> FakeConsul.send(exchange, 200, instances("a", "b"), 5);
				case 2 -> FakeConsul.breakOff(exchange, instances("a", "b", "c", "d"), 6);
				default -> {
					if (asked.waits()) {
						new CountDownLatch(1).await(2_050, TimeUnit.MILLISECONDS);
					}
					FakeConsul.send(exchange, 200, instances("a", "b", "c", "d"), 6);
				}
			}
		});
		Recording recording = new Recording();
		this.backend.discovery().watch("orders", recording);
		Awaitility.await().until(() -> recording.lists.size() == 2);
		assertThat(recording.lists.get(0)).hasSize(2);
		assertThat(recording.lists.get(1)).hasSize(4);
		assertThat(this.told).containsExactly("DISCONNECTED", "CONNECTED");
	}

	private static String instances(String... ids) {
		return Stream.of(ids)
			.map((id) -> "{\"Node\":{\"Node\":\"n\",\"Address\":\"10.0.0.9\"},\"Service\":{\"ID\":\"" + id
					+ "\",\"Port\":80,\"Meta\":{\"governance-namespace\":\"dev\"}}}")
			.collect(Collectors.joining(",", "[", "]"));
	}

	@Test
	@DisplayName("F9 An index that goes back is read from the beginning")
	void indexThatGoesBackBeginsAnew() {
		AtomicInteger count = new AtomicInteger();
		this.consul.script((asked, exchange) -> {
			if (count.incrementAndGet() == 1) {
				FakeConsul.send(exchange, 200, FakeConsul.key(KEY, "one", 100), 100);
			}
			else {
				answerOrWait(asked, exchange, "restored", 5);
			}
		});
		watch(this.backend);
		awaitTold("one", "restored");
		Awaitility.await().until(() -> this.consul.asked().stream().skip(1).anyMatch((asked) -> !asked.waits()));
		Awaitility.await()
			.until(() -> this.consul.asked().stream().anyMatch((asked) -> asked.query().contains("index=5")));
	}

	@Test
	@DisplayName("F10 F12 Without an index it waits after 1, and a server that never waits is asked ever less often")
	void missingIndexIsNoBusyLoop() throws InterruptedException {
		this.consul.script((asked, exchange) -> FakeConsul.send(exchange, 200, FakeConsul.key(KEY, "one", 1)));
		watch(this.backend);
		awaitTold("one");
		waitForNothing();
		assertThat(this.consul.asked().stream().filter(FakeConsul.Asked::waits)).isNotEmpty()
			.allSatisfy((asked) -> assertThat(asked.query()).contains("index=1&"));
		assertThat(this.consul.asked()).hasSizeLessThan(20);
	}

	@Test
	@DisplayName("F11 F23 Waking up without a change tells nobody")
	void wakingWithoutChangeTellsNobody() {
		AtomicInteger index = new AtomicInteger(1);
		this.consul.script((asked, exchange) -> FakeConsul.send(exchange, 200, FakeConsul.key(KEY, "one", 1),
				index.incrementAndGet()));
		watch(this.backend);
		Awaitility.await().until(() -> index.get() > 8);
		awaitTold("one");
	}

	@Test
	@DisplayName("F3 An answer that trickles in is given up at the deadline")
	void trickleIsGivenUp() {
		this.consul.script((asked, exchange) -> {
			exchange.sendResponseHeaders(200, 1_000);
			for (int i = 0; i < 100; i++) {
				exchange.getResponseBody().write('[');
				exchange.getResponseBody().flush();
				new CountDownLatch(1).await(200, TimeUnit.MILLISECONDS);
			}
		});
		long begun = System.nanoTime();
		assertThatExceptionOfType(BackendUnavailableException.class)
			.isThrownBy(() -> this.backend.config().get(Set.of(ID)));
		assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(10));
	}

	@Test
	@DisplayName("F44 A stale answer of a server without a leader, or long without one, is not believed")
	void staleAnswerIsNotBelieved() {
		AtomicInteger count = new AtomicInteger();
		this.consul.script((asked, exchange) -> {
			boolean stale = asked.query().contains("stale");
			if (stale) {
				boolean first = count.incrementAndGet() == 1;
				exchange.getResponseHeaders().set("X-Consul-KnownLeader", first ? "true" : "false");
				exchange.getResponseHeaders().set("X-Consul-LastContact", first ? "60000" : "0");
				FakeConsul.send(exchange, 200, FakeConsul.key(KEY, "old", 3), 30);
			}
			else {
				FakeConsul.send(exchange, 200, FakeConsul.key(KEY, "new", 20), 20 + count.get());
			}
		});
		try (Backend stale = open(ConsulSettings.Consistency.STALE, null)) {
			watch(stale);
			Awaitility.await().until(() -> count.get() >= 3);
			awaitTold("new");
			assertThat(this.consul.asked().get(0).query()).contains("consistent");
		}
	}

	@Test
	@DisplayName("F44 What a server without a leader reads is read again for certain")
	void readOfServerWithoutLeaderIsRepeated() {
		this.consul.script((asked, exchange) -> {
			boolean certain = asked.query().contains("consistent");
			exchange.getResponseHeaders().set("X-Consul-KnownLeader", String.valueOf(certain));
			FakeConsul.send(exchange, 200, FakeConsul.key(KEY, certain ? "new" : "old", 3), 30);
		});
		try (Backend relaxed = open(ConsulSettings.Consistency.DEFAULT, null)) {
			assertThat(relaxed.config().get(Set.of(ID)).find(ID)).map((document) -> document.text())
				.isEqualTo(Optional.of("new"));
		}
	}

	@Test
	@DisplayName("F38 Security 9: a list that was filtered by ACL is told as lost, not as empty")
	void filteredListIsNotEmpty() {
		this.consul.script((asked, exchange) -> {
			exchange.getResponseHeaders().set("X-Consul-Results-Filtered-By-ACLs", "true");
			FakeConsul.send(exchange, 200, "[]", 5);
		});
		this.backend.discovery().watch("orders", new Recording());
		awaitTold("DISCONNECTED");
	}

	@Test
	@DisplayName("Security 3 Client trap: the token goes into a header, never into a URL, and follows no redirect")
	void tokenGoesIntoTheHeaderOnly() {
		try (FakeConsul elsewhere = new FakeConsul((asked, exchange) -> FakeConsul.send(exchange, 200, "[]", 1));
				Backend authorized = open(null, "s3cr3t")) {
			this.consul.script((asked, exchange) -> {
				exchange.getResponseHeaders().set("Location", elsewhere.address() + asked.path());
				FakeConsul.send(exchange, 307, "");
			});
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> authorized.config().get(Set.of(ID)))
				.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("s3cr3t"));
			assertThatExceptionOfType(BackendUnavailableException.class)
				.isThrownBy(() -> authorized.config().publish(List.of(Publication.put(ID, "a")), Author.of("me")));
			assertThatExceptionOfType(BackendUnavailableException.class).isThrownBy(
					() -> authorized.registry().put("orders", List.of(Instance.of("orders", "127.0.0.1", 80).build())));
			assertThat(elsewhere.asked()).isEmpty();
			assertThat(this.consul.asked()).hasSizeGreaterThanOrEqualTo(3).allSatisfy((asked) -> {
				assertThat(asked.tokens()).containsExactly("s3cr3t");
				assertThat(asked.path() + asked.query()).doesNotContain("s3cr3t").doesNotContain("token");
			});
		}
	}

	@Test
	@DisplayName("A publish whose answer is lost is not sent again")
	void publishIsSentOnce() {
		this.consul.script((asked, exchange) -> exchange.close());
		assertThatExceptionOfType(BackendUnavailableException.class)
			.isThrownBy(() -> this.backend.config().publish(List.of(Publication.put(ID, "a")), Author.of("me")));
		assertThat(this.consul.asked().stream().filter((asked) -> asked.path().equals("/v1/txn"))).hasSize(1);
	}

	@Test
	@DisplayName("F28 What has a meaning in a URL is encoded in a path")
	void pathsAreEncoded() {
		this.consul.script((asked, exchange) -> FakeConsul.send(exchange, 404, "[]"));
		this.backend.registry().remove("orders", "a:1@b");
		this.backend.registry().observe("orders");
		assertThat(this.consul.asked().stream().map(FakeConsul.Asked::path))
			.contains("/v1/agent/service/deregister/dev%2Forders%2Fa%3A1%40b");
		assertThat(ConsulRequest.key("a/b?c#d%e").path()).isEqualTo("/v1/kv/a/b%3Fc%23d%25e");
	}

	@Test
	@DisplayName("Security 7: what is not valid in the registry is left out, the rest is told")
	void invalidInstancesAreLeftOut() {
		String good = "{\"Node\":{\"Node\":\"n\",\"Address\":\"10.0.0.9\"},\"Service\":{\"ID\":\"good\",\"Address\":\"\",\"Port\":80,\"Meta\":{\"governance-namespace\":\"dev\",\"zone\":\"z1\",\"secure\":\"true\"},\"Weights\":{\"Passing\":2}},\"Checks\":[{\"CheckID\":\"c\",\"Status\":\"warning\"}]}";
		String bad = good.replace("\"Port\":80", "\"Port\":99999").replace("\"good\"", "\"bad\"");
		String evil = good.replace("\"Address\":\"\"", "\"Address\":\"evil/../host\"").replace("\"good\"", "\"evil\"");
		String elsewhere = good.replace("\"dev\"", "\"prod\"");
		this.consul.script((asked, exchange) -> FakeConsul.send(exchange, 200,
				"[" + String.join(",", good, bad, evil, elsewhere) + "]", 5));
		Recording recording = new Recording();
		this.backend.discovery().watch("orders", recording);
		Awaitility.await().until(() -> !recording.lists.isEmpty());
		assertThat(recording.lists.get(0)).singleElement().satisfies((instance) -> {
			assertThat(instance.id()).isEqualTo("good@n");
			assertThat(instance.host()).isEqualTo("10.0.0.9");
			assertThat(instance.zone()).isEqualTo("z1");
			assertThat(instance.secure()).isTrue();
			assertThat(instance.weight()).isEqualTo(200);
			assertThat(instance.status().name()).isEqualTo("WARNING");
		});
	}

	@Test
	void nextAgentIsAskedWhenOneDoesNotAnswer() {
		this.consul.script((asked, exchange) -> answerOrWait(asked, exchange, "one", 7));
		try (Backend several = ConsulFixture.backend("dev", ConsulFixture
			.settings(List.of("http://127.0.0.1:1", this.consul.address()), null, Duration.ofSeconds(10)))) {
			assertThat(several.config().get(Set.of(ID)).find(ID)).map((document) -> document.text())
				.isEqualTo(Optional.of("one"));
			watch(several);
			awaitTold("one");
		}
	}

	/** Keeps what it is told. */
	private final class Recording implements InstancesListener {

		private final List<List<Instance>> lists = new CopyOnWriteArrayList<>();

		@Override
		public void onInstances(List<Instance> instances) {
			this.lists.add(instances);
		}

		@Override
		public void onConnection(ConnectionState state) {
			ConsulProtocolTests.this.told.add(state.name());
		}

	}

}
