package io.governance.gray;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@Timeout(60)
class RuleTermsTests {

	private static final GrayContext A = GrayContext.ofUser("a");

	private final SettableClock clock = new SettableClock("2026-01-01T00:00:00Z");

	@Test
	void readsTheTermsOfARule() {
		RequestRule rule = rules("name: r, service: s, lane: l, match: {users: [a]}, priority: -5, enabled: false, "
				+ "observe: true, expires: 2026-12-31T00:00:00Z, owner: team-a, comment: trying it")
			.rules()
			.get(0);
		assertThat(rule.terms())
			.isEqualTo(new RuleTerms(-5, false, true, Instant.parse("2026-12-31T00:00:00Z"), "team-a", "trying it"));
		assertThat(rules("name: r, feature: f, match: {users: [a]}").rules().get(0).terms())
			.isEqualTo(RuleTerms.DEFAULT);
	}

	@Test
	void ruleOfHigherPriorityComesFirst() {
		GrayRules rules = rules("name: low, service: s, lane: low, match: {users: [a]}, priority: -1",
				"name: normal, service: s, lane: normal, match: {users: [a, b]}",
				"name: high, service: s, lane: high, match: {users: [a]}, priority: 7",
				"name: all, service: '*', lane: all, match: {users: [a, b, c]}, priority: -2");
		assertThat(lane(rules, "a")).isEqualTo("high");
		assertThat(lane(rules, "b")).isEqualTo("normal");
		assertThat(lane(rules, "c")).isEqualTo("all");
	}

	@Test
	void ruleThatIsNotEnabledDoesNothing() {
		GrayRules rules = rules("name: r1, service: s, lane: one, match: {users: [a]}, enabled: false",
				"name: r2, service: s, lane: two, match: {users: [a]}",
				"name: f, feature: f, match: {users: [a]}, enabled: false",
				"name: e, experiment: {A: 1}, enabled: false");
		GrayDecision decision = rules.decide(A);
		assertThat(decision.lanes().toHeader()).isEqualTo("s=two");
		assertThat(decision.isOn("f")).isFalse();
		assertThat(decision.variant("e")).isNull();
		assertThat(effects(rules, A)).containsExactly("r1 DISABLED", "r2 DECIDES", "f DISABLED", "e DISABLED");
	}

	@Test
	void ruleEndsAndStaysEnded() {
		String expires = ", expires: 2026-06-01T00:00:00Z";
		GrayRules rules = rules("name: r, service: s, lane: l, match: {users: [a]}" + expires,
				"name: f, feature: f, match: {users: [a]}" + expires, "name: e, experiment: {A: 1}" + expires);
		this.clock.set("2026-05-31T23:59:59.999Z");
		assertThat(rules.decide(A).lanes().toHeader()).isEqualTo("s=l");
		assertThat(rules.decide(A).isOn("f")).isTrue();
		assertThat(rules.decide(A).variant("e")).isEqualTo("A");
		assertThat(effects(rules, A)).containsExactly("r DECIDES", "f DECIDES", "e DECIDES");
		for (String time : List.of("2026-06-01T00:00:00Z", "2026-05-01T00:00:00Z", "1970-01-01T00:00:00Z")) {
			this.clock.set(time);
			assertThat(rules.decide(A).lanes().isStable()).isTrue();
			assertThat(rules.decide(A).isOn("f")).isFalse();
			assertThat(rules.decide(A).variant("e")).isNull();
			assertThat(effects(rules, A)).containsExactly("r EXPIRED", "f EXPIRED", "e EXPIRED");
			assertThat(rules.countedBy(new GrayCounters()).decide(A).lanes().isStable()).isTrue();
		}
	}

	@Test
	void rulesThatHaveEndedDecideNothing() {
		GrayRules rules = rules(
				"name: r1, service: s, lane: l, match: {users: [a]}, otherwise: refuse, priority: 1, "
						+ "expires: 2026-06-01T00:00:00Z",
				"name: r2, service: s, lane: l, match: {users: [b]}, otherwise: any, expires: 2026-07-01T00:00:00Z");
		assertThat(rules.decidesLanes()).isTrue();
		assertThat(rules.otherwise("s")).isEqualTo(Map.of(new Lane("l"), Otherwise.REFUSE));
		this.clock.set("2026-06-01T00:00:00Z");
		assertThat(rules.decidesLanes()).isTrue();
		assertThat(rules.otherwise("s")).isEqualTo(Map.of(new Lane("l"), Otherwise.ANY));
		this.clock.set("2026-07-01T00:00:00Z");
		assertThat(rules.decidesLanes()).isFalse();
		assertThat(rules.otherwise("s")).isEmpty();
		assertThat(GrayRules.NONE.decidesLanes()).isFalse();
	}

	@Test
	void observersCountWhoMatchesAndRouteNobody() {
		GrayRules rules = rules("name: r1, service: s, lane: one, match: {users: [a]}, observe: true",
				"name: r2, service: s, lane: two, match: {users: [a]}",
				"name: f, feature: f, match: {users: [a]}, observe: true",
				"name: e, experiment: {A: 1}, match: {users: [a, b]}, holdout: {value: 100, of: session}, observe: true",
				"name: gone, service: s, lane: x, match: {users: [a]}, observe: true, expires: 2020-01-01T00:00:00Z");
		GrayCounters counters = new GrayCounters();
		GrayRules counted = rules.countedBy(counters);
		for (int i = 0; i < 3; i++) {
			GrayDecision decision = counted.decide(A);
			assertThat(decision.lanes().toHeader()).isEqualTo("s=two");
			assertThat(decision.isOn("f")).isFalse();
			assertThat(decision.variant("e")).isNull();
		}
		counted.decide(GrayContext.ofUser("z"));
		counted.decide(Requests.of("user", "b", "session", "held out"));
		assertThat(counters.matched()).isEqualTo(Map.of("r1", 3L, "r2", 3L, "f", 3L, "e", 3L, "gone", 0L));
		assertThat(counted.lanes("s")).containsExactly(new Lane("two"));
		assertThat(effects(counted, A)).containsExactly("r1 OBSERVED", "r2 DECIDES", "f OBSERVED", "e OBSERVED",
				"gone EXPIRED");
		assertThat(counters.matched("r1")).isEqualTo(3);
	}

	@Test
	void lanesThatAreDecidedElsewhereAreNotDecidedAgain() {
		GrayRules rules = rules("name: r1, service: s, lane: one, match: {users: [a]}",
				"name: r2, service: s, lane: two, match: {users: [a]}, observe: true",
				"name: f1, feature: f, match: {users: [a]}", "name: f2, feature: g, match: {users: [a]}, observe: true",
				"name: e, experiment: {A: 1}");
		GrayCounters counters = new GrayCounters();
		GrayDecision decision = rules.countedBy(counters).decide(A, LaneContext.parse("s=blue"));
		assertThat(decision.lanes().toHeader()).isEqualTo("s=blue");
		assertThat(decision.rules()).isEmpty();
		assertThat(decision.isOn("f")).isTrue();
		assertThat(decision.variant("e")).isEqualTo("A");
		assertThat(counters.matched()).isEqualTo(Map.of("r1", 0L, "r2", 0L, "f1", 1L, "f2", 1L, "e", 1L));
	}

	@Test
	void countsGoOnWhenRulesChange() {
		GrayCounters counters = new GrayCounters();
		rules("name: r1, service: s, lane: l, match: {users: [a]}",
				"name: r2, service: t, lane: l, match: {users: [a]}")
			.countedBy(counters)
			.decide(A);
		GrayRules changed = rules("name: r1, service: s, lane: l, match: {users: [a, b]}").countedBy(counters);
		changed.decide(A);
		assertThat(counters.matched()).isEqualTo(Map.of("r1", 2L));
	}

	@Test
	void featureIsOnIfOneOfItsRulesMatches() {
		GrayRules rules = rules("name: f1, feature: checkout, match: {users: [a]}",
				"name: f2, feature: checkout, match: {users: [b]}", "name: f3, feature: search, match: {users: [b]}");
		assertThat(rules.decide(A).isOn("checkout")).isTrue();
		assertThat(rules.decide(A).isOn("search")).isFalse();
		assertThat(rules.decide(GrayContext.ofUser("b")).isOn("checkout")).isTrue();
		assertThat(rules.decide(GrayContext.ofUser("b")).isOn("search")).isTrue();
		assertThat(rules.decide(GrayContext.ofUser("c")).isOn("checkout")).isFalse();
		assertThat(rules.decide(A).isOn("unknown")).isFalse();
		assertThat(rules.decide(A)).hasToString(rules.decide(A).lanes() + " [checkout] {}");
	}

	@Test
	void explanationTellsEachCondition() {
		GrayRules rules = rules("name: r1, service: s, lane: l, match: {any: [{users: [b]}, {not: {users: [c]}}]}",
				"name: r2, service: s, lane: m, match: {path: /x}");
		GrayExplanation explanation = rules.explain(Requests.of("user", "a", "path", "/x"));
		assertThat(explanation.decision().lanes().toHeader()).isEqualTo("s=l");
		assertThat(effects(rules, Requests.of("user", "a", "path", "/x"))).containsExactly("r1 DECIDES",
				"r2 OVERRULED");
		Condition any = explanation.verdicts().get(0).condition();
		assertThat(any.parts()).extracting(Condition::met).containsExactly(false, true);
		assertThat(any.parts().get(1).parts()).extracting(Condition::reason).containsExactly("the user is not listed");
		assertThat(effects(rules, Requests.of("user", "c"))).containsExactly("r1 NO_MATCH", "r2 NO_MATCH");
	}

	@Test
	void strategyThatThrowsIsExplainedToo() {
		GrayRules rules = GrayRules.of(List.of(new GrayRule("r", "s", new Lane("l"), (context) -> {
			throw new IllegalStateException("who it was");
		}, Otherwise.STABLE)));
		assertThat(rules.explain(A).verdicts()).singleElement()
			.satisfies((verdict) -> assertThat(verdict.effect()).isEqualTo(GrayExplanation.Effect.NO_MATCH))
			.satisfies((verdict) -> assertThat(verdict.condition().reason())
				.isEqualTo("threw java.lang.IllegalStateException"));
	}

	@Test
	void manyRulesDecideAsGoingThroughThemDoes() {
		Random random = new Random(5);
		for (int round = 0; round < 100; round++) {
			List<GrayRule> rules = IntStream.range(0, 100).mapToObj((i) -> randomRule("r" + i, random)).toList();
			GrayRules compiled = GrayRules.of(rules, List.of(), this.clock);
			for (int i = 0; i < 30; i++) {
				GrayContext user = GrayContext.ofUser("u" + random.nextInt(50));
				LaneContext lanes = compiled.decide(user).lanes();
				for (int s = 0; s < 11; s++) {
					assertThat(lanes.laneFor("s" + s)).isEqualTo(naive(rules, "s" + s, user));
				}
			}
		}
	}

	private GrayRule randomRule(String name, Random random) {
		Instant expires = (random.nextInt(5) > 0) ? null
				: this.clock.instant().plusSeconds(random.nextBoolean() ? -1 : 1);
		return new GrayRule(name, (random.nextInt(12) == 0) ? "*" : "s" + random.nextInt(10),
				new Lane("l" + random.nextInt(4)), randomStrategy(random, 0), Otherwise.STABLE,
				new RuleTerms(random.nextInt(5) - 2, random.nextInt(6) > 0, random.nextInt(6) == 0, expires, "", ""));
	}

	private static GrayStrategy randomStrategy(Random random, int depth) {
		return switch (random.nextInt((depth < 2) ? 5 : 2)) {
			case 0 -> new UsersStrategy(random.ints(5, 0, 50).mapToObj((i) -> "u" + i).toList());
			case 1 -> new PercentageStrategy(random.nextInt(1500), "s" + random.nextInt(3));
			case 2 -> new NotStrategy(randomStrategy(random, depth + 1));
			case 3 -> new AnyStrategy(Stream.generate(() -> randomStrategy(random, depth + 1)).limit(3).toList());
			default -> new AllStrategy(Stream.generate(() -> randomStrategy(random, depth + 1)).limit(2).toList());
		};
	}

	private Lane naive(List<GrayRule> rules, String service, GrayContext user) {
		return rules.stream()
			.filter((rule) -> rule.service().equals("*") || rule.service().equals(service))
			.filter((rule) -> rule.terms().enabled() && !rule.terms().observe())
			.filter((rule) -> rule.terms().expires() == null || rule.terms().expires().isAfter(this.clock.instant()))
			.filter((rule) -> rule.strategy().matches(user))
			.max(Comparator.comparingInt((GrayRule rule) -> rule.terms().priority())
				.thenComparing(rules::indexOf, Comparator.reverseOrder()))
			.map(GrayRule::lane)
			.orElse(Lane.STABLE);
	}

	@Test
	void rulesThatOverlapAreRefusedUnlessSomethingTellsThemApart() {
		String one = "name: r1, service: s, lane: one, match: {users: [a, b]}";
		assertThatExceptionOfType(InvalidRulesException.class)
			.isThrownBy(() -> rules(one, "name: r2, service: '*', lane: two, match: {any: [{users: [b]}, {path: /x}]}"))
			.satisfies((ex) -> assertThat(ex.line()).isEqualTo(3))
			.withMessageContaining("names 1 of the users of rule 'r1' in line 2");
		assertThatExceptionOfType(InvalidRulesException.class)
			.isThrownBy(() -> rules("name: r1, service: s, lane: one, match: {percentage: 5}",
					"name: r2, service: s, lane: two, match: {percentage: 5}"))
			.withMessageContaining("is the condition of rule 'r1' in line 2 too");
		assertThatExceptionOfType(InvalidRulesException.class).isThrownBy(() -> rules(
				"name: r1, service: s, lane: one, match: {percentage: 5}",
				"name: r2, service: s, lane: two, match: {any: [{users: [c]}, {percentage: {value: 10, of: user}}]}"))
			.withMessageContaining("begins with the same users as that of rule 'r1' in line 2");
		for (String other : List.of("{value: 10, salt: x}", "{value: 10, of: session}", "{value: 10, hash: murmur3}",
				"{value: 10, of: {header: X-Device}}")) {
			assertThat(rules("name: r1, service: s, lane: one, match: {percentage: 5}",
					"name: r2, service: s, lane: two, match: {percentage: " + other + "}")
				.size()).isEqualTo(2);
		}
		// Or else a process whose clock is late would refuse what others have taken.
		assertThatExceptionOfType(InvalidRulesException.class).isThrownBy(() -> rules(one,
				"name: r2, service: s, lane: two, match: {users: [a]}, expires: 2025-12-31T00:00:00Z"));
		for (String other : List.of("service: s, lane: two, match: {users: [c]}",
				"service: s, lane: one, match: {users: [a]}", "service: t, lane: two, match: {users: [a]}",
				"service: s, lane: two, match: {users: [a]}, priority: 1",
				"service: s, lane: two, match: {users: [a]}, enabled: false",
				"service: s, lane: two, match: {users: [a]}, observe: true")) {
			assertThat(rules(one, "name: r2, " + other).size()).isEqualTo(2);
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "priority: high|must be a whole number", "priority: 1000000|must be a whole",
			"priority: 1.5|must be a whole number", "priority: 010|must be a whole number",
			"enabled: yes|must be true or", "enabled: ''|is empty", "observe: 1|must be true or false",
			"expires: tomorrow|must be a time with its offset",
			"expires: +999999999-12-31T23:59:59Z|must be a time in one of the years",
			"expires: -0001-01-01T00:00:00Z|must be a time in one of the years",
			"expires: 2026-12-01|must be a time with its offset", "owner: [a]|must be a text", "comment: ''|is empty",
			"expire: 2026-12-01T00:00:00Z|did you mean 'expires'?", "weight: 5|is not known here" })
	void mistakesAreRefusedWhereTheyStand(String term, String reason) {
		for (String rule : List.of("name: r, service: s, lane: l, match: {users: [a]}",
				"name: r, feature: f, match: {users: [a]}", "name: r, experiment: {A: 1}")) {
			assertThatExceptionOfType(InvalidRulesException.class).isThrownBy(() -> rules(rule + ", " + term))
				.satisfies((ex) -> assertThat(ex.line()).isEqualTo(2))
				.withMessageContaining(reason);
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "feature: f|has no 'match'", "feature: 'a b', match: {users: [a]}|is not a valid name",
					"feature: '', match: {users: [a]}|is empty",
					"feature: f, match: {users: [a]}, service: s|is not known here",
					"feature: f, match: {users: [a]}, otherwise: any|is not known here",
					"feature: f, match: {instances: [a]}|tells instances apart" })
	void mistakesInFeaturesAreRefused(String feature, String reason) {
		assertThatExceptionOfType(InvalidRulesException.class).isThrownBy(() -> rules("name: r, " + feature))
			.withMessageContaining(reason);
	}

	private GrayRules rules(String... rules) {
		StringBuilder text = new StringBuilder("rules:\n");
		Stream.of(rules).forEach((rule) -> text.append("  - {").append(rule).append("}\n"));
		return new GrayRulesParser(List.of(), this.clock).parse("gray.yaml", text.toString());
	}

	private static String lane(GrayRules rules, String user) {
		return rules.decide(GrayContext.ofUser(user)).lanes().laneFor("s").name();
	}

	private static List<String> effects(GrayRules rules, GrayContext context) {
		List<String> effects = new ArrayList<>();
		rules.explain(context).verdicts().forEach((verdict) -> effects.add(verdict.rule() + " " + verdict.effect()));
		return effects;
	}

}
