package io.governance.boot.fleet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.governance.boot.fleet.Services.Kind;
import io.governance.boot.gray.GrayRulesKeeper;
import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.gray.LaneContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Chosen users reach the gray instance, through every kind of caller. */
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
@ExtendWith(OutputCaptureExtension.class)
class GrayFleetTests {

	private static final String RULES = """
			rules:
			  - name: orders-v2
			    service: orders
			    lane: gray
			    match:
			      users: [user123]
			""";

	@TempDir
	private static Path directory;

	private Services services;

	private final RestClient http = RestClient.create();

	@BeforeAll
	void open() throws IOException {
		rules(RULES);
		this.services = new Services(directory);
		this.services.orders("stable-1");
		this.services.orders("stable-2");
		this.services.orders("gray-1", "governance.registry.instance.lane=gray");
	}

	@BeforeEach
	void reset() throws IOException {
		rules(RULES);
	}

	@AfterAll
	void close() {
		this.services.close();
	}

	@ParameterizedTest
	@EnumSource(Kind.class)
	void sendsTheChosenUserToTheGrayInstance(Kind kind) {
		ConfigurableApplicationContext front = this.services.front(kind);
		Stream<String> clients = kind.name().startsWith("REACTIVE") ? Stream.of("webclient")
				: Stream.of("restclient", "resttemplate", "webclient");
		clients.forEach((client) -> {
			String url = Services.url(front, "/" + client);
			for (int i = 0; i < 10; i++) {
				assertThat(get(url + "?path=whoami", "X-User-ID", "user123")).isEqualTo("gray-1");
				assertThat(get(url + "?path=whoami", "X-User-ID", "somebody")).startsWith("stable");
			}
			assertThat(get(url + "?path=lane", "X-User-ID", "user123")).isEqualTo("orders=gray");
			assertThat(get(url + "?path=lane", "X-User-ID", "somebody")).isEqualTo("stable");
			// The next call of the called service stays in the lane, without a user.
			assertThat(get(url + "?path=next", "X-User-ID", "user123")).isEqualTo("gray-1");
		});
		assertThat(LaneContext.current().isStable()).isTrue();
		front.close();
	}

	@ParameterizedTest
	@EnumSource(value = Kind.class, names = { "SERVLET", "REACTIVE" })
	void honoursTheLaneHeaderOfTrustedPeersOnly(Kind kind) {
		ConfigurableApplicationContext trusting = this.services.front(kind);
		assertThat(get(Services.url(trusting, "/webclient?path=whoami"), "X-Governance-Lane", "gray"))
			.isEqualTo("gray-1");
		trusting.close();
		ConfigurableApplicationContext wary = this.services.front(kind, "governance.gray.trusted-peers=10.0.0.0/8");
		for (int i = 0; i < 5; i++) {
			assertThat(get(Services.url(wary, "/webclient?path=whoami"), "X-Governance-Lane", "gray"))
				.startsWith("stable");
		}
		assertThat(get(Services.url(wary, "/webclient?path=lane"), "X-Governance-Lane", "gray")).isEqualTo("stable");
		wary.close();
	}

	@Test
	void takesOverNewRulesAndKeepsTheOldOnesWhenTheNewAreBad(CapturedOutput output) throws IOException {
		ConfigurableApplicationContext front = this.services.front(Kind.SERVLET);
		GrayRulesKeeper keeper = front.getBean(GrayRulesKeeper.class);
		String url = Services.url(front, "/restclient?path=whoami");
		assertThat(get(url, "X-User-ID", "user123")).isEqualTo("gray-1");
		rules(RULES.replace("users: [user123]", "percentage: 101"));
		await().until(() -> keeper.status().rejection() != null);
		assertThat(keeper.status().rejection()).contains("gray.yaml:6", "percentage");
		// Each of the four applications says so, once.
		await().until(() -> refusals(output) == 4);
		assertThat(get(url, "X-User-ID", "user123")).isEqualTo("gray-1");
		rules(RULES.replace("user123", "user456"));
		await().until(() -> keeper.status().rejection() == null);
		assertThat(get(url, "X-User-ID", "user456")).isEqualTo("gray-1");
		assertThat(get(url, "X-User-ID", "user123")).startsWith("stable");
		Files.delete(document());
		await().until(() -> keeper.status().rules() == 0);
		assertThat(refusals(output)).isEqualTo(4);
		assertThat(get(url, "X-User-ID", "user456")).startsWith("stable");
		front.close();
	}

	@Test
	void followsWhatTheRulesSayAboutALaneWithoutInstances() throws IOException {
		rules(RULES.replace("lane: gray", "lane: blue"));
		ConfigurableApplicationContext front = this.services.front(Kind.SERVLET);
		String url = Services.url(front, "/restclient?path=whoami");
		assertThat(get(url, "X-User-ID", "user123")).startsWith("stable");
		rules(RULES.replace("lane: gray", "lane: blue") + "    otherwise: refuse\n");
		ServiceBalancers balancers = front.getBean(ServiceBalancers.class);
		await().until(() -> balancers.pick("orders", "blue") == null);
		assertThat(balancers.noInstance("orders", "blue")).hasMessageContaining("'orders'")
			.hasMessageContaining("lane 'blue'")
			.hasMessageContaining("'otherwise'");
		assertThat(balancers.pick("orders", "stable")).isNotNull();
		front.close();
	}

	@Test
	void decidesNoLaneWhenSwitchedOff() {
		ConfigurableApplicationContext front = this.services.front(Kind.SERVLET, "governance.gray.enabled=false");
		Set<String> seen = new TreeSet<>();
		for (int i = 0; i < 10; i++) {
			seen.add(get(Services.url(front, "/restclient?path=whoami"), "X-User-ID", "user123"));
		}
		assertThat(seen).containsExactlyInAnyOrder("stable-1", "stable-2");
		assertThat(front.getBeansOfType(GrayRulesKeeper.class)).isEmpty();
		front.close();
	}

	private static long refusals(CapturedOutput output) {
		return output.getOut().lines().filter((line) -> line.contains("Gray rules are refused")).count();
	}

	private String get(String url, String header, String value) {
		return this.http.get().uri(url).header(header, value).retrieve().body(String.class);
	}

	private Path document() {
		return directory.resolve("config/default/default/gray.yaml");
	}

	private void rules(String text) throws IOException {
		Files.createDirectories(document().getParent());
		Path written = Files.writeString(directory.resolve("gray.yaml.tmp"), text);
		Files.move(written, document(), StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
	}

}
