package io.governance.gray;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

@SuppressWarnings("try")
class FeaturesTests {

	private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

	private GrayRules rules = new GrayRulesParser().parse("gray.yaml", """
			rules:
			  - {name: beta, feature: new-checkout, match: {users: [ann]}}
			  - {name: off, feature: old-checkout, enabled: false, match: {percentage: 100}}
			  - {name: button, experiment: {A: 1, B: 1}}
			  - {name: colour, experiment: {red: 1}}
			""");

	private final List<Exposure> exposures = new ArrayList<>();

	private final Features features = new Features(() -> this.rules, this.exposures::add, () -> NOW);

	@Test
	void tellsWhatIsDecidedAboutTheCurrentRequest() {
		try (GrayDecision.Scope request = decide("ann").open()) {
			assertThat(this.features.isOn("new-checkout")).isTrue();
			assertThat(this.features.isOn("old-checkout")).isFalse();
			assertThat(this.features.variant("button")).isIn("A", "B");
		}
		try (GrayDecision.Scope request = decide("bob").open()) {
			assertThat(this.features.isOn("new-checkout")).isFalse();
		}
		assertThat(this.features.isOn("new-checkout")).isFalse();
		assertThat(this.features.variant("button")).isNull();
	}

	@Test
	void requestKeepsItsAnswersWhenRulesChange() {
		try (GrayDecision.Scope request = decide("ann").open()) {
			String variant = this.features.variant("button");
			this.rules = GrayRules.NONE;
			assertThat(this.features.isOn("new-checkout")).isTrue();
			assertThat(this.features.variant("button")).isEqualTo(variant);
		}
	}

	@Test
	void decidesAnewAboutARequestThatIsGiven() {
		assertThat(this.features.isOn("new-checkout", GrayContext.ofUser("ann"))).isTrue();
		assertThat(this.features.isOn("new-checkout", GrayContext.ofUser("bob"))).isFalse();
		assertThat(this.features.variant("colour", GrayContext.ofUser("bob"))).isEqualTo("red");
		assertThat(this.features.variant("colour", GrayContext.NONE)).isNull();
	}

	@Test
	void unknownNamesAreOff() {
		try (GrayDecision.Scope request = decide("ann").open()) {
			assertThat(this.features.isOn("nobody-knows")).isFalse();
			assertThat(this.features.isOn("nobody-knows", GrayContext.ofUser("ann"))).isFalse();
			assertThat(this.features.variant("nobody-knows")).isNull();
			assertThat(this.features.isOn("button")).isFalse();
			assertThat(this.features.variant("new-checkout")).isNull();
		}
		assertThat(this.features.features()).containsExactlyInAnyOrder("new-checkout", "old-checkout");
		assertThat(this.features.experiments()).containsExactlyInAnyOrder("button", "colour");
		assertThat(this.exposures).isEmpty();
	}

	@Test
	void variantIsExposedWhenItIsFirstAskedForInARequest() {
		try (GrayDecision.Scope request = decide("ann").open()) {
			this.features.variant("colour");
			this.features.variant("colour");
			assertThat(this.exposures).containsExactly(new Exposure("colour", "red", "ann", NOW));
			this.features.variant("button");
			assertThat(this.exposures).hasSize(2);
		}
		try (GrayDecision.Scope request = decide("ann").open()) {
			this.features.variant("colour");
		}
		assertThat(this.exposures).hasSize(3);
	}

	@Test
	void variantIsExposedOnceThoughTheRequestTakesLanesFromElsewhere() {
		GrayDecision decision = decide("ann").withLanes(LaneContext.parse("gray"));
		try (GrayDecision.Scope request = decision.open()) {
			this.features.variant("colour");
			this.features.variant("colour");
		}
		assertThat(this.exposures).hasSize(1);
	}

	@Test
	void exposureTellsWhatTheExperimentGoesBy() {
		this.rules = new GrayRulesParser().parse("gray.yaml", """
				rules:
				  - {name: page, experiment: {long: 1}, of: session}
				  - {name: colour, experiment: {red: 1}, of: {header: X-Device}}
				""");
		GrayContext visitor = Requests.of("session", "s1", "user", "ann");
		try (GrayDecision.Scope request = this.rules.decide(visitor).open()) {
			this.features.variant("page");
			this.features.variant("colour");
		}
		this.features.variant("page", Requests.of("session", "s2"));
		this.features.variant("colour", Requests.of("header X-Device", "d1"));
		assertThat(this.exposures).containsExactly(new Exposure("page", "long", "s1", NOW),
				new Exposure("page", "long", "s2", NOW), new Exposure("colour", "red", "d1", NOW));
	}

	@Test
	void exposureDoesNotShowItsUserInLogs() {
		assertThat(new Exposure("colour", "red", "ann", NOW)).hasToString("colour=red");
		assertThat(decide("ann").toString()).doesNotContain("ann");
	}

	@Test
	void digestsTellWhatEachRuleSaysWhateverStandsAround() {
		GrayRulesParser parser = new GrayRulesParser();
		Map<String, String> one = parser.digests("""
				rules:
				  - {name: a, feature: x, match: {users: [ann, "12"]}}
				  - {name: b, feature: y, match: {percentage: 5}}
				""", UnaryOperator.identity());
		Map<String, String> same = parser.digests("""
				# A comment.
				rules:
				  - name: a
				    feature: x
				    match:
				      users:
				        - ann   # and another
				        - '12'
				  - {name: b, feature: y, match: {percentage: 6}}
				""", UnaryOperator.identity());
		assertThat(one).containsOnlyKeys("a", "b");
		assertThat(same.get("a")).isEqualTo(one.get("a"));
		assertThat(same.get("b")).isNotEqualTo(one.get("b"));
		assertThat(parser.digests("", UnaryOperator.identity())).isEmpty();
	}

	@Test
	void digestsTellThatADocumentOfARuleHasChanged() {
		GrayRulesParser parser = new GrayRulesParser();
		String text = """
				rules:
				  - {name: a, feature: x, match: {any: [{users: {documents: [vip.txt]}}, {users: {documents: [b.txt]}}]}}
				  - {name: b, feature: y, match: {users: {documents: [b.txt]}}}
				  - {name: c, feature: y, match: {users: [vip.txt]}}
				""";
		Map<String, String> before = parser.digests(text, (name) -> "1");
		Map<String, String> after = parser.digests(text, (name) -> name.equals("vip.txt") ? "2" : "1");
		assertThat(after.get("a")).isNotEqualTo(before.get("a"));
		assertThat(after.get("b")).isEqualTo(before.get("b"));
		assertThat(after.get("c")).isEqualTo(before.get("c"));
	}

	private GrayDecision decide(String user) {
		return this.rules.decide(GrayContext.ofUser(user));
	}

}
