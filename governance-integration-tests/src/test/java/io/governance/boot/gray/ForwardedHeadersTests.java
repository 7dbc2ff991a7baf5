package io.governance.boot.gray;

import java.nio.file.Path;

import io.governance.boot.TestFleet;
import io.governance.gray.LaneContext;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;

/** Who is believed where servers or filters make something of forwarded headers. */
@Timeout(120)
class ForwardedHeadersTests {

	@ParameterizedTest
	@CsvSource({ "SERVLET, native, blue", "SERVLET, framework, blue", "REACTIVE, native, blue",
			"REACTIVE, framework, blue" })
	@DisplayName("FAULTS (c) 8: the connection counts, whatever forwarded headers say, also where Tomcat goes by them")
	void whoeverConnectsIsThePeer(WebApplicationType type, String strategy, String lane, @TempDir Path directory) {
		TestFleet fleet = new TestFleet(directory);
		fleet.save("gray.yaml", "rules: [{name: r, service: orders, lane: gray, match: {users: ['203.0.113.7']}}]");
		try (ConfigurableApplicationContext service = fleet.start(type, Application.class,
				"server.forward-headers-strategy=" + strategy)) {
			RestClient client = RestClient.builder()
				.baseUrl("http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port"))
				.defaultHeader("X-Forwarded-For", "203.0.113.7")
				.build();
			assertThat(client.get().uri("/lane").retrieve().body(String.class)).isEqualTo("gray");
			assertThat(
					client.get().uri("/lane").header("X-Governance-Lane", "orders=blue").retrieve().body(String.class))
				.isEqualTo(lane);
		}
	}

	@Test
	@DisplayName("FAULTS (c) 8: nobody is believed for saying that a trusted peer asks, as Tomcat would on Kubernetes")
	void forwardedHeadersMakeNobodyTrusted(@TempDir Path directory) {
		TestFleet fleet = new TestFleet(directory);
		fleet.save("gray.yaml", "rules: [{name: r, service: orders, lane: gray, match: {users: ['10.9.9.9']}}]");
		try (ConfigurableApplicationContext service = fleet.start(WebApplicationType.SERVLET, Application.class,
				"spring.main.cloud-platform=kubernetes", "governance.gray.trusted-peers=10.9.9.9")) {
			RestClient client = RestClient.builder()
				.baseUrl("http://127.0.0.1:" + service.getEnvironment().getProperty("local.server.port"))
				.defaultHeader("X-Forwarded-For", "10.9.9.9")
				.defaultHeader("X-Governance-Lane", "orders=blue")
				.build();
			assertThat(client.get().uri("/lane").retrieve().body(String.class)).isEqualTo("gray");
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Controller controller() {
			return new Controller();
		}

	}

	@RestController
	static class Controller {

		@GetMapping("/lane")
		String lane() {
			return LaneContext.current().laneFor("orders").name();
		}

	}

}
