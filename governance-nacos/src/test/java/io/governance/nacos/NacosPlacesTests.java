package io.governance.nacos;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.UUID;

import com.alibaba.nacos.api.NacosFactory;
import com.alibaba.nacos.api.naming.NamingService;
import io.governance.backend.Backend;
import io.governance.backend.BackendEnvironment;
import io.governance.registry.Instance;
import io.governance.testkit.RecordingInstancesListener;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Groups and clusters of a real server, where instances are besides their namespace.
 */
@Timeout(120)
class NacosPlacesTests {

	private final String namespace = "places-" + UUID.randomUUID().toString().substring(0, 8);

	private final String address = new NacosFixture().address();

	private Backend open(@Nullable String group, @Nullable String cluster) {
		NacosSettings settings = new NacosSettings(List.of(this.address), null, null, null, null, group, cluster, null,
				null, null, null);
		return new NacosBackendFactory().create(BackendEnvironment.of("nacos", this.namespace, settings));
	}

	private static Instance instance(int number) {
		return Instance.of("orders", "127.0.0.1", 8000 + number).build();
	}

	private static ConditionFactory within(int seconds) {
		return Awaitility.await().atMost(Duration.ofSeconds(seconds));
	}

	/** What the server itself says of a group, and of a cluster of it. */
	private String server(String group, String cluster) throws Exception {
		HttpRequest request = HttpRequest
			.newBuilder(URI.create("http://" + this.address + "/nacos/v3/admin/ns/instance/list?serviceName=orders"
					+ "&namespaceId=" + this.namespace + "&groupName=" + group + "&clusterName=" + cluster))
			.build();
		return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
	}

	@Test
	@DisplayName("Services of two groups have nothing to do with each other")
	void groupsAreApart() throws Exception {
		RecordingInstancesListener shop = new RecordingInstancesListener();
		RecordingInstancesListener others = new RecordingInstancesListener();
		try (Backend inShop = open("shop", null);
				Backend another = open("shop", null);
				Backend plain = open(null, null)) {
			another.discovery().watch("orders", shop);
			plain.discovery().watch("orders", others);
			inShop.registry().put("orders", List.of(instance(1)));
			within(10).until(() -> shop.shows("127.0.0.1:8001"));
			assertThat(another.discovery().services()).containsExactly("orders");
			assertThat(plain.discovery().services()).isEmpty();
			assertThat(server("shop", "DEFAULT")).contains("8001");
			assertThat(server("DEFAULT_GROUP", "DEFAULT")).doesNotContain("8001");
			plain.registry().put("orders", List.of(instance(2)));
			within(10).until(() -> others.shows("127.0.0.1:8002"));
			inShop.registry().put("orders", List.of(instance(1), instance(3)));
			within(10).until(() -> shop.shows("127.0.0.1:8001", "127.0.0.1:8003"));
			assertThat(inShop.registry().observe("orders")).containsExactly(instance(1), instance(3));
			inShop.registry().remove("orders", instance(1).id());
			inShop.registry().remove("orders", instance(3).id());
			within(10).until(() -> shop.shows());
			assertThat(others.shows("127.0.0.1:8002")).isTrue();
		}
		assertThat(others.deliveries()).allMatch((list) -> list.isEmpty() || list.equals(List.of(instance(2))));
	}

	@Test
	@DisplayName("Client trap: instances are in the cluster that is set, and whoever asks for one cluster does not shrink what others see")
	void clustersAreSeenTogether() throws Exception {
		RecordingInstancesListener told = new RecordingInstancesListener();
		Properties properties = new Properties();
		properties.put("serverAddr", this.address);
		properties.put("namespace", this.namespace);
		NamingService foreign = NacosFactory.createNamingService(properties);
		try (Backend east = open(null, "east"); Backend west = open(null, "west")) {
			west.discovery().watch("orders", told);
			east.registry().put("orders", List.of(instance(1)));
			west.registry().put("orders", List.of(instance(2)));
			within(10).until(() -> told.shows("127.0.0.1:8001", "127.0.0.1:8002"));
			within(10).until(() -> server("DEFAULT_GROUP", "east").contains("8001"));
			assertThat(server("DEFAULT_GROUP", "east")).doesNotContain("8002");
			assertThat(server("DEFAULT_GROUP", "west")).contains("8002").doesNotContain("8001");
			within(10).until(() -> foreign.getAllInstances("orders", List.of("east"), false).size() == 1);
			assertThat(east.registry().observe("orders")).containsExactly(instance(1));
			within(5).during(Duration.ofSeconds(1)).until(() -> told.shows("127.0.0.1:8001", "127.0.0.1:8002"));
			east.registry().remove("orders", instance(1).id());
			within(10).until(() -> told.shows("127.0.0.1:8002"));
		}
		finally {
			foreign.shutDown();
		}
	}

}
