package io.governance.consul;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import io.governance.ConnectionState;
import io.governance.backend.Backend;
import io.governance.config.Author;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.registry.RegistrationKeeper;
import io.governance.registry.RegistrationSettings;
import io.governance.testservers.ConsulServer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/** Several agents, of which one fails. */
@Timeout(120)
class ConsulFailoverTests {

	private static ConditionFactory await(int seconds) {
		return Awaitility.await().pollInterval(Duration.ofMillis(20)).atMost(Duration.ofSeconds(seconds));
	}

	private static int registrations(ConsulServer server) {
		return new Http(server.address()).get("/v1/health/service/orders?consistent")
			.body()
			.split("\"governance-id\":\"o-1\"", -1).length - 1;
	}

	@Test
	@DisplayName("An agent that freezes is replaced by the next one, and holds no second registration once it is back")
	void nextAgentTakesOver() {
		DocumentId id = new DocumentId("dev", "shop", "orders.yaml");
		List<String> told = new CopyOnWriteArrayList<>();
		List<List<Instance>> lists = new CopyOnWriteArrayList<>();
		try (ConsulServer server = ConsulServer.own();
				ConsulServer client = ConsulServer.options().joining(server).start();
				Backend backend = ConsulFixture.backend("dev",
						ConsulFixture.settings(List.of(client.address(), server.address()), null,
								Duration.ofSeconds(4)));
				Backend writer = new ConsulFixture().open(server.address(), "dev");
				RegistrationKeeper keeper = new RegistrationKeeper(backend.registry(), RegistrationSettings.DEFAULTS,
						(event) -> {
						}, new Random(), System::nanoTime)) {
			backend.config().watch(Set.of(id), new ConfigListener() {

				@Override
				public void onDocuments(ConfigDocuments documents) {
					told.add(documents.find(id).map((document) -> document.text()).orElse("absent"));
				}

				@Override
				public void onConnection(ConnectionState state) {
					told.add(state.name());
				}

			});
			backend.discovery().watch("orders", lists::add);
			keeper.register(Instance.of("orders", "127.0.0.1", 8080).id("o-1").build());
			await(10).until(() -> told.contains("absent") && !lists.isEmpty() && latest(lists).size() == 1);
			client.pause();
			writer.config().publish(List.of(Publication.put(id, "one")), Author.of("me"));
			await(6).until(() -> told.contains("one"));
			assertThat(told).as("another agent answers at once").doesNotContain("DISCONNECTED");
			await(15).until(() -> registrations(server) == 2);
			await(15).until(() -> latest(lists).size() == 1 && latest(lists).get(0).status() == InstanceStatus.UP);
			client.resume();
			await(15).until(() -> registrations(server) == 1);
			await(5).until(() -> latest(lists).size() == 1 && latest(lists).get(0).status() == InstanceStatus.UP);
			assertThat(lists.stream().skip(1)).allSatisfy((list) -> assertThat(list).hasSizeLessThanOrEqualTo(1));
			assertThat(new Http(client.address()).get("/v1/agent/services").body()).doesNotContain("o-1");
		}
	}

	private static List<Instance> latest(List<List<Instance>> lists) {
		return lists.get(lists.size() - 1);
	}

}
