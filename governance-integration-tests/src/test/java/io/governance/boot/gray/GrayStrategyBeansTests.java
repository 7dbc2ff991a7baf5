package io.governance.boot.gray;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.governance.boot.TestFleet;
import io.governance.gray.GrayContext;
import io.governance.gray.GrayRules;
import io.governance.gray.GrayStrategy;
import io.governance.gray.SampleRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** Rules with strategies that are beans, and what is told of their documents. */
@Timeout(120)
class GrayStrategyBeansTests {

	private static final String RULES = """
			rules:
			  - name: v2
			    service: orders
			    lane: gray
			    match: {any: [{users: {documents: [users-vip.txt]}}, {bean: weekendShoppers}]}
			""";

	private TestFleet fleet;

	private ConfigurableApplicationContext context;

	@BeforeEach
	void start(@TempDir Path directory) {
		this.fleet = new TestFleet(directory);
		this.fleet.save("users-vip.txt", "ann\n");
		this.fleet.save("gray.yaml", RULES);
		this.context = this.fleet.start(Application.class);
	}

	@AfterEach
	void close() {
		this.context.close();
	}

	@Test
	void rulesNameBeansOfTheApplication() {
		GrayContext shopper = SampleRequest.EMPTY.withUser("bob").withCookie("basket", "7");
		assertThat(keeper().rules().decide(shopper).lanes().toHeader()).isEqualTo("orders=gray");
		assertThat(keeper().rules().decide(GrayContext.ofUser("bob")).lanes().isStable()).isTrue();

		this.fleet.save("gray.yaml", RULES.replace("weekendShoppers", "weekdayShoppers"));
		await().atMost(Duration.ofSeconds(10)).until(() -> keeper().status().rejection() != null);
		assertThat(keeper().status().rejection()).contains("gray.yaml:5:", "rule 'v2'", "known: [weekendShoppers]")
			.doesNotContain("weekdayShoppers");
		assertThat(keeper().rules().decide(shopper).lanes().toHeader()).isEqualTo("orders=gray");
	}

	@Test
	void changeOfADocumentIsAChangeOfTheRuleThatNamesIt() {
		Changes changes = this.context.getBean(Changes.class);
		this.fleet.save("users-vip.txt", "cid\n");
		await().atMost(Duration.ofSeconds(10)).until(() -> changes.told.size() == 1);
		GrayRulesChange change = changes.told.get(0);
		assertThat(change.changed()).containsExactly("v2");
		assertThat(change.lines())
			.containsExactly("~ v2: orders=gray if any[users(1), bean(weekendShoppers)], otherwise stable");
		assertThat(change.documents()).extracting((document) -> document.id().name()).containsExactly("users-vip.txt");
	}

	private GrayRulesKeeper keeper() {
		return this.context.getBean(GrayRulesKeeper.class);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		GrayStrategy weekendShoppers() {
			return (context) -> context.cookie("basket") != null;
		}

		@Bean
		Changes changes() {
			return new Changes();
		}

	}

	static final class Changes implements GrayRulesListener {

		private final List<GrayRulesChange> told = new CopyOnWriteArrayList<>();

		@Override
		public void onRules(GrayRules rules) {
		}

		@Override
		public void onChange(GrayRulesChange change) {
			this.told.add(change);
		}

	}

}
