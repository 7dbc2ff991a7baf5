package io.governance.boot.gray;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import io.governance.boot.TestFleet;
import io.governance.config.Author;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.gray.GrayContext;
import io.governance.gray.GrayRules;
import io.governance.gray.GrayStrategy;
import io.governance.gray.GrayStrategyFactory;
import io.governance.gray.RulesNode;
import io.governance.operations.ConfigOperations;
import io.governance.operations.PublishMode;
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
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/** Gray rules that refer to other documents. */
@Timeout(120)
class GrayRuleDocumentsTests {

	private static final String RULES = """
			rules:
			  - name: v2
			    service: orders
			    lane: gray
			    match: {listed: users-a.txt}
			""";

	private TestFleet fleet;

	private ConfigurableApplicationContext context;

	@BeforeEach
	void createFleet(@TempDir Path directory) {
		this.fleet = new TestFleet(directory);
	}

	@AfterEach
	void close() {
		this.context.close();
	}

	@Test
	void rulesFollowTheDocumentsThatTheyReferTo() {
		this.fleet.save("users-a.txt", "ann\n");
		this.fleet.save("gray.yaml", RULES);
		start();
		assertThat(lane("ann")).isEqualTo("gray");
		assertThat(keeper().documents()).extracting((document) -> document.id().name())
			.containsExactly("gray.yaml", "users-a.txt");

		this.fleet.save("users-a.txt", "bob\n");
		await().atMost(Duration.ofSeconds(10)).until(() -> lane("bob").equals("gray"));
		assertThat(lane("ann")).isEqualTo("stable");
	}

	@Test
	void documentThatIsReferredToLaterIsWatchedFromThenOn() {
		this.fleet.save("users-a.txt", "ann\n");
		this.fleet.save("gray.yaml", RULES);
		start();
		this.fleet.save("users-b.txt", "bob\n");
		this.fleet.save("gray.yaml", RULES.replace("users-a", "users-b"));
		await().atMost(Duration.ofSeconds(10)).until(() -> lane("bob").equals("gray"));
		this.fleet.save("users-b.txt", "cid\n");
		await().atMost(Duration.ofSeconds(10)).until(() -> lane("cid").equals("gray"));
		assertThat(keeper().documents()).extracting((document) -> document.id().name())
			.containsExactly("gray.yaml", "users-b.txt");
	}

	@Test
	void missingDocumentIsRefusedWithItsLineUntilItIsThere() {
		this.fleet.save("users-a.txt", "ann\n");
		this.fleet.save("gray.yaml", RULES);
		start();
		this.fleet.delete("users-a.txt");
		await().atMost(Duration.ofSeconds(10)).until(() -> keeper().status().rejection() != null);
		assertThat(keeper().status().rejection()).contains("gray.yaml:5:21", "v2", "does not exist");
		assertThat(lane("ann")).isEqualTo("gray");
		this.fleet.save("users-a.txt", "bob\n");
		await().atMost(Duration.ofSeconds(10))
			.until(() -> lane("bob").equals("gray") && keeper().status().rejection() == null);
	}

	@Test
	void rulesAndTheirDocumentsAreKeptTogetherForTheNextStart() {
		this.fleet.save("users-a.txt", "ann\n");
		this.fleet.save("gray.yaml", RULES);
		start();
		this.context.close();
		this.fleet.delete("users-a.txt");
		start();
		assertThat(lane("ann")).isEqualTo("gray");
		assertThat(keeper().status().rejection()).contains("gray.yaml:5:21", "is a document that does not exist");
	}

	@Test
	void tooManyDocumentsAreRefused() {
		StringBuilder rules = new StringBuilder("rules:\n");
		for (int i = 0; i < 65; i++) {
			rules.append("- {name: r")
				.append(i)
				.append(", service: orders, lane: gray, match: {any: [{listed: a")
				.append(i)
				.append(".txt}, {listed: b")
				.append(i)
				.append(".txt}]}}\n");
		}
		this.fleet.save("gray.yaml", rules.toString());
		start();
		assertThat(keeper().status().rejection()).contains("130 documents", "128 documents");
	}

	@Test
	void changeTellsWhatWasAddedRemovedAndChangedAndNamesNoUser() {
		this.fleet.save("users-a.txt", "ann\n");
		this.fleet.save("gray.yaml", RULES + """
				  - {name: old, service: stock, lane: gray, match: {users: [ann]}}
				  - {name: same, feature: checkout, match: {users: [ann]}}
				""");
		start();
		Changes changes = this.context.getBean(Changes.class);
		assertThat(changes.told).isEmpty();
		this.fleet.save("gray.yaml", """
				# With a comment.
				rules:
				  - name: same
				    feature: checkout
				    match: {users: [ann]}
				  - {name: v2, service: orders, lane: gray, match: {users: [bob, cid]}, priority: 3}
				  - {name: new, service: '*', lane: blue, match: {users: [dan]}, otherwise: refuse}
				""");
		await().atMost(Duration.ofSeconds(10)).until(() -> changes.told.size() == 1);
		GrayRulesChange change = changes.told.get(0);
		assertThat(change.added()).containsExactly("new");
		assertThat(change.removed()).containsExactly("old");
		assertThat(change.changed()).containsExactly("v2");
		assertThat(change.reordered()).isTrue();
		assertThat(change.documents()).extracting((document) -> document.id().name())
			.containsExactlyInAnyOrder("gray.yaml", "users-a.txt");
		assertThat(change.lines()).containsExactly("- old: stock=gray if users(1), otherwise stable",
				"- v2: orders=gray if listed, otherwise stable",
				"+ v2: orders=gray if users(2), otherwise stable, priority 3",
				"+ new: *=blue if users(1), otherwise refuse");
		this.fleet.save("gray.yaml", "# Nothing but a comment.\n");
		await().atMost(Duration.ofSeconds(10)).until(() -> changes.told.size() == 2);
		assertThat(changes.told.get(1).removed()).containsExactly("same", "v2", "new");
	}

	@Test
	void countsGoOnWhenRulesChange() {
		this.fleet.save("gray.yaml", RULES.replace("listed: users-a.txt", "users: [ann]"));
		start();
		lane("ann");
		lane("bob");
		assertThat(keeper().counters().matched("v2")).isEqualTo(1);
		this.fleet.save("gray.yaml", RULES.replace("listed: users-a.txt", "users: [bob]"));
		await().atMost(Duration.ofSeconds(10))
			.until(() -> keeper().rules().explain(GrayContext.ofUser("bob")).verdicts().get(0).condition().met());
		lane("bob");
		assertThat(keeper().counters().matched()).containsEntry("v2", 2L);
	}

	@Test
	void applicationRefusesToPublishRulesWithoutTheirDocuments() throws Exception {
		start();
		assertThat(Files.exists(this.fleet.directory().resolve("config/default/default/gray.yaml"))).isFalse();
		assertThat(this.context.getBean(ConfigOperations.class)).satisfies((operations) -> {
			DocumentId id = new DocumentId("default", "default", "gray.yaml");
			Publication rules = Publication.put(id, RULES);
			assertThatThrownBy(() -> operations.publish(List.of(rules), Author.of("ann"), PublishMode.CHECKED))
				.hasMessageContaining("gray.yaml:5:21")
				.hasMessageContaining("does not exist");
			this.fleet.save("users-a.txt", "ann\n");
			operations.publish(List.of(rules), Author.of("ann"), PublishMode.CHECKED);
		});
		await().atMost(Duration.ofSeconds(10)).until(() -> lane("ann").equals("gray"));
	}

	private void start() {
		this.context = this.fleet.start(Application.class);
	}

	private GrayRulesKeeper keeper() {
		return this.context.getBean(GrayRulesKeeper.class);
	}

	private String lane(String user) {
		return keeper().rules().decide(GrayContext.ofUser(user)).lanes().laneFor("orders").name();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		Changes changes() {
			return new Changes();
		}

		@Bean
		GrayStrategyFactory listed() {
			return new GrayStrategyFactory() {

				@Override
				public String name() {
					return "listed";
				}

				@Override
				public GrayStrategy create(RulesNode definition) {
					return new Listed(Set.copyOf(definition.document().lines().toList()));
				}

			};
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

	private record Listed(Set<String> users) implements GrayStrategy {

		@Override
		public boolean matches(GrayContext context) {
			return context.userId() != null && this.users.contains(context.userId());
		}

		@Override
		public String toString() {
			return "listed";
		}

	}

}
