package io.governance.consul;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;

import io.governance.backend.Backend;
import io.governance.config.Author;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.testkit.TcpProxy;
import io.governance.testservers.ConsulServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Far more is watched than there may be watches, at an agent that is far away. */
@Timeout(120)
class ConsulWatchScaleTests {

	private static final int DOCUMENTS = 1_000;

	private static final int SERVICES = 500;

	/** For each request, and as much again for its answer. */
	private static final Duration DELAY = Duration.ofMillis(10);

	private final ConsulServer server = ConsulServer.own();

	private final TcpProxy way = TcpProxy.to(URI.create(this.server.address()).getPort());

	private final Backend backend = new ConsulFixture(Duration.ofSeconds(60)).open("http://" + this.way.address(),
			"default");

	private final Backend writer = new ConsulFixture(Duration.ofSeconds(60)).open(this.server.address(), "default");

	@AfterEach
	void close() {
		this.backend.close();
		this.writer.close();
		this.way.close();
		this.server.close();
	}

	private void inTransactions(int count, IntFunction<String> operation) {
		List<String> operations = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			operations.add(operation.apply(i));
			if (operations.size() == 60 || i == count - 1) {
				String body = "[" + String.join(",", operations) + "]";
				assertThat(new Http(this.server.address()).put("/v1/txn", body).statusCode()).isEqualTo(200);
				operations.clear();
			}
		}
	}

	/** A service that somebody has put into the catalog, without a check. */
	private static String foreign(String node, int number, String meta) {
		return "{\"Service\":{\"Verb\":\"set\",\"Node\":\"" + node + "\",\"Service\":{\"ID\":\"s-" + number
				+ "\",\"Service\":\"service-" + number + "\",\"Address\":\"127.0.0.1\",\"Port\":" + (1_000 + number)
				+ ",\"Meta\":{\"team\":\"" + meta + "\"}}}}";
	}

	@Test
	@DisplayName("Whatever changes of 500 services is told within 2 s, also where each request takes 20 ms")
	void services() {
		catalog("register", "{\"Node\":\"far\",\"Address\":\"127.0.0.1\"}");
		inTransactions(SERVICES, (number) -> foreign("far", number, "one"));
		this.way.delay(DELAY);
		Map<Integer, List<Instance>> told = watch(SERVICES);
		for (int number : new int[] { SERVICES - 1, SERVICES / 2 }) {
			Instance instance = Instance.of("service-" + number, "127.0.0.1", 80).id("ours").build();
			Instance changed = instance.toBuilder().metadata(Map.of("team", "shop")).weight(7).build();
			TimesTold.assertInTime((times) -> {
				inTransactions(SERVICES, (any) -> foreign("far", any, "one"));
				awaitUntouched(told);
				inTransactions(1, (any) -> foreign("far", number, "two"));
				times.told("metadata of another's", () -> told.get(number).get(0).metadata().containsValue("two"));
				put(instance);
				times.told("an instance that comes", () -> told.get(number).contains(instance));
				put(changed);
				times.told("metadata and weight", () -> told.get(number).contains(changed));
				put(changed.withStatus(InstanceStatus.DOWN));
				times.told("a status", () -> told.get(number).contains(changed.withStatus(InstanceStatus.DOWN)));
				this.writer.registry().remove(instance.service(), instance.id());
				times.told("an instance that goes", () -> told.get(number).size() == 1);
				catalog("deregister", "{\"Node\":\"far\",\"ServiceID\":\"s-" + number + "\"}");
				times.told("the last instance that goes", () -> told.get(number).isEmpty());
			});
		}
	}

	/** As it is before a round of changes. */
	private static void awaitUntouched(Map<Integer, List<Instance>> told) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.until(() -> told.values()
				.stream()
				.allMatch((list) -> list.size() == 1 && list.get(0).metadata().containsValue("one")));
	}

	@Test
	@DisplayName("Whatever changes of 120 services on 40 nodes is told within 2 s, also what concerns a whole node")
	void servicesOnManyNodes() {
		int services = 120;
		for (int i = 0; i < 40; i++) {
			catalog("register", "{\"Node\":\"far-" + i + "\",\"Address\":\"127.0.0.1\"}");
		}
		inTransactions(services, (number) -> foreign("far-" + number / 3, number, "one"));
		this.way.delay(DELAY);
		Map<Integer, List<Instance>> told = watch(services);
		int last = services - 1;
		TimesTold.assertInTime((times) -> {
			catalog("register", "{\"Node\":\"far-39\",\"Address\":\"127.0.0.1\"}");
			inTransactions(services, (number) -> foreign("far-" + number / 3, number, "one"));
			awaitUntouched(told);
			inTransactions(1, (any) -> foreign("far-39", last, "two"));
			times.told("metadata on one of many nodes", () -> told.get(last).get(0).metadata().containsValue("two"));
			changeWholeNode("far-39", told, last, times);
		});
	}

	@Test
	@DisplayName("What concerns a whole node is told of every service there within 2 s")
	void wholeNode() {
		int services = 100;
		Map<Integer, List<Instance>> told = watch(services);
		TimesTold.assertInTime((times) -> {
			catalog("register", "{\"Node\":\"far\",\"Address\":\"127.0.0.1\"}");
			inTransactions(services, (number) -> foreign("far", number, "one"));
			awaitUntouched(told);
			changeWholeNode("far", told, services - 1, times);
		});
	}

	private void changeWholeNode(String node, Map<Integer, List<Instance>> told, int service, TimesTold times) {
		String check = "{\"Node\":\"" + node + "\",\"Address\":\"127.0.0.1\",\"Check\":{\"CheckID\":\"disk\","
				+ "\"Name\":\"disk\",\"Status\":\"critical\"}}";
		catalog("register", check);
		times.told("a check of a node that fails", () -> told.get(service).get(0).status() == InstanceStatus.DOWN);
		catalog("register", check.replace("critical", "passing"));
		times.told("a check of a node that passes", () -> told.get(service).get(0).status() == InstanceStatus.UP);
		catalog("deregister", "{\"Node\":\"" + node + "\"}");
		times.told("a node that goes", () -> told.get(service).isEmpty());
	}

	private void catalog(String what, String body) {
		assertThat(new Http(this.server.address()).put("/v1/catalog/" + what, body).statusCode()).isEqualTo(200);
	}

	private Map<Integer, List<Instance>> watch(int services) {
		Map<Integer, List<Instance>> told = new ConcurrentHashMap<>();
		for (int i = 0; i < services; i++) {
			int number = i;
			this.backend.discovery().watch("service-" + i, (instances) -> told.put(number, instances));
		}
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> told.size() == services);
		return told;
	}

	private void put(Instance instance) {
		this.writer.registry().put(instance.service(), List.of(instance));
	}

	@Test
	@DisplayName("Whatever changes of 1,000 documents is told within 2 s, also where each request takes 20 ms")
	void documents() {
		inTransactions(DOCUMENTS,
				(number) -> "{\"KV\":{\"Verb\":\"set\",\"Key\":\"governance/config/dev/shop/d-" + number
						+ ".yaml\",\"Value\":\""
						+ Base64.getEncoder().encodeToString("one".getBytes(StandardCharsets.UTF_8)) + "\"}}");
		this.way.delay(DELAY);
		Map<Integer, String> told = new ConcurrentHashMap<>();
		for (int i = 0; i < DOCUMENTS; i++) {
			int number = i;
			DocumentId id = document(i);
			this.backend.config()
				.watch(Set.of(id), (documents) -> told.put(number,
						documents.find(id).map((document) -> document.text()).orElse("absent")));
		}
		Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> told.size() == DOCUMENTS);
		for (int number : new int[] { DOCUMENTS - 1, DOCUMENTS / 2 }) {
			TimesTold.assertInTime((times) -> {
				this.writer.config().publish(List.of(Publication.put(document(number), "two")), Author.of("me"));
				times.told("a document", () -> told.get(number).equals("two"));
				this.writer.config().publish(List.of(Publication.delete(document(number))), Author.of("me"));
				times.told("a document that goes", () -> told.get(number).equals("absent"));
			});
		}
	}

	private static DocumentId document(int number) {
		return new DocumentId("dev", "shop", "d-" + number + ".yaml");
	}

}
