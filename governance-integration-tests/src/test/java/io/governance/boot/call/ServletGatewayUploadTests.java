package io.governance.boot.call;

import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import io.governance.boot.call.FaultyServer.Fault;
import io.governance.loadbalancer.InstanceStats;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.core.env.Environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Spring Cloud Gateway on servlets, over the client of the JDK with a timeout. */
@Timeout(120)
class ServletGatewayUploadTests {

	@Test
	void callerThatIsTooSlowTellsNothingOfTheInstance(@TempDir Path directory) throws Exception {
		String route = "spring.cloud.gateway.server.webmvc.routes[0].";
		try (CallingApplication gateway = new CallingApplication(directory,
				AbstractGatewayTests.GatewayApplication.class, "spring.main.web-application-type=servlet",
				"server.port=0", "server.shutdown=immediate", "test.gateway=webmvc",
				"spring.http.clients.read-timeout=1s", "spring.http.clients.imperative.factory=jdk",
				route + "id=uploads", route + "uri=lb://uploads", route + "predicates[0]=Path=/uploads")) {
			String port = gateway.bean(Environment.class).getProperty("local.server.port");
			gateway.named("uploads", gateway.server(Fault.NONE).port());
			InstanceStats stats = gateway.stats("uploads", "i0");
			try (Socket caller = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(port))) {
				caller.getOutputStream()
					.write("POST /uploads HTTP/1.1\r\nHost: gateway\r\nContent-Length: 1000000\r\n\r\nabc"
						.getBytes(StandardCharsets.US_ASCII));
				await().until(() -> stats.ended() == 1);
			}
			assertThat(stats.failed()).isZero();

			gateway.named("uploads", gateway.server(Fault.HANGS).port());
			InstanceStats hanging = gateway.stats("uploads", "i0");
			HttpClient.newHttpClient()
				.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/uploads"))
					.POST(BodyPublishers.ofString("all of it"))
					.build(), BodyHandlers.discarding());
			await().untilAsserted(() -> assertThat(hanging.failed()).isEqualTo(1));
		}
	}

}
