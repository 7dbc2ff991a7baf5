package io.governance.boot.gray;

import java.nio.file.Path;
import java.time.Duration;

import io.governance.boot.TestFleet;
import io.governance.boot.actuate.GovernanceConfigHealthIndicator;
import io.governance.boot.actuate.GovernanceGrayHealthIndicator;
import io.governance.gray.GrayContext;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@ExtendWith(OutputCaptureExtension.class)
class GrayRulesRestartTests {

	private static final String RULES = """
			rules:
			  - name: v2
			    service: orders
			    lane: gray
			    match: {users: [ann]}
			""";

	private TestFleet fleet;

	@BeforeEach
	void createFleet(@TempDir Path directory) {
		this.fleet = new TestFleet(directory);
		this.fleet.save("gray.yaml", RULES);
	}

	@Test
	void startsFromTheLastGoodRulesWhileBrokenOnesAreStored(CapturedOutput output) {
		this.fleet.start(Application.class).close();
		this.fleet.save("gray.yaml", RULES.replace("users", "usres"));
		try (ConfigurableApplicationContext context = this.fleet.start(Application.class)) {
			assertThat(laneOf(context, "ann")).isEqualTo("gray");
			assertThat(output).contains("gray.yaml:5:13")
				.contains("users")
				.contains("Starting with the last good gray rules");
			GovernanceGrayHealthIndicator health = context.getBean(GovernanceGrayHealthIndicator.class);
			assertThat(health.health().getStatus()).isEqualTo(GovernanceConfigHealthIndicator.DEGRADED);
			assertThat(health.health().getDetails()).containsKey("reason");
			this.fleet.save("gray.yaml", RULES.replace("ann", "bob"));
			await().atMost(Duration.ofSeconds(10)).until(() -> laneOf(context, "bob").equals("gray"));
			assertThat(laneOf(context, "ann")).isEqualTo("stable");
			await().atMost(Duration.ofSeconds(10)).until(() -> health.health().getStatus().equals(Status.UP));
		}
	}

	@Test
	void lastGoodRulesAndLastGoodConfigDoNotMeetAlsoWithAProfileNamedGray() {
		this.fleet.save("orders-gray.yaml", "a: 1");
		this.fleet.start(Application.class, "spring.profiles.active=gray").close();
		this.fleet.save("gray.yaml", "rules: [");
		this.fleet.save("orders-gray.yaml", "a: [");
		try (ConfigurableApplicationContext context = this.fleet.start(Application.class,
				"spring.profiles.active=gray")) {
			assertThat(laneOf(context, "ann")).isEqualTo("gray");
			assertThat(context.getEnvironment().getProperty("a")).isEqualTo("1");
		}
	}

	@Test
	void everybodyIsStableWhileBrokenRulesAreStoredAndThereAreNoOthers() {
		this.fleet.save("gray.yaml", RULES + "  - name: v2\n");
		try (ConfigurableApplicationContext context = this.fleet.start(Application.class)) {
			assertThat(laneOf(context, "ann")).isEqualTo("stable");
			assertThat(context.getBean(GrayRulesKeeper.class).status().rejection()).contains("v2");
		}
	}

	private static String laneOf(ConfigurableApplicationContext context, String user) {
		return context.getBean(GrayRulesKeeper.class)
			.rules()
			.decide(GrayContext.ofUser(user))
			.lanes()
			.laneFor("orders")
			.name();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
