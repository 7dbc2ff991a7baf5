package io.governance.boot.call;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import io.governance.backend.Backend;
import io.governance.boot.call.FaultyServer.Fault;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import io.governance.registry.Registry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.core.env.Environment;

import static org.awaitility.Awaitility.await;

/** A gateway that has a route to each service that there is. */
@Timeout(120)
class GatewayLocatorTests {

	private final HttpClient http = HttpClient.newHttpClient();

	@Test
	void hasRoutesToServicesThatComeAfterItsStart(@TempDir Path directory) {
		try (CallingApplication gateway = new CallingApplication(directory,
				AbstractGatewayTests.GatewayApplication.class, "spring.main.web-application-type=reactive",
				"server.port=0", "server.shutdown=immediate", "test.gateway=webflux",
				"spring.cloud.gateway.server.webflux.discovery.locator.enabled=true")) {
			String port = gateway.bean(Environment.class).getProperty("local.server.port");
			URI uri = URI.create("http://127.0.0.1:" + port + "/late/x");
			awaitStatus(uri, 404);
			Registry registry = gateway.bean(Backend.class).registry();
			Instance late = Instance.of("late", "127.0.0.1", gateway.server(Fault.NONE).port()).build();
			registry.put("late", List.of(late));
			awaitStatus(uri, 200);
			registry.put("late", List.of(late.withStatus(InstanceStatus.DRAINING)));
			awaitStatus(uri, 404);
			registry.put("late", List.of(late));
			awaitStatus(uri, 200);
			registry.remove("late", late.id());
			awaitStatus(uri, 404);
		}
	}

	private void awaitStatus(URI uri, int status) {
		await().atMost(Duration.ofSeconds(20))
			.until(() -> this.http.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.discarding())
				.statusCode() == status);
	}

}
