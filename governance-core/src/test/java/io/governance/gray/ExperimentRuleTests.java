package io.governance.gray;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

@Timeout(60)
class ExperimentRuleTests {

	private static final int USERS = 50_000;

	@ParameterizedTest
	@EnumSource
	void variantsHaveTheirWeights(Ids ids) {
		ExperimentRule rule = experiment("colour", "experiment: {A: 5, B: 3, off: 0, C: 2}");
		Map<String, Integer> counts = new HashMap<>();
		IntFunction<String> sequence = ids.sequence();
		for (int i = 0; i < USERS; i++) {
			counts.merge(String.valueOf(rule.variant(GrayContext.ofUser(sequence.apply(i)))), 1, Integer::sum);
		}
		assertThat(counts).containsOnlyKeys("A", "B", "C");
		Map.of("A", 0.5, "B", 0.3, "C", 0.2)
			.forEach((variant, share) -> assertThat((double) counts.getOrDefault(variant, 0))
				.isBetween(USERS * share - 5 * deviation(share), USERS * share + 5 * deviation(share)));
	}

	private static double deviation(double share) {
		return Math.sqrt(USERS * share * (1 - share));
	}

	@ParameterizedTest
	@EnumSource
	void experimentsAreIndependentOfEachOtherAndOfPercentages(Ids ids) {
		List<ExperimentRule> rules = IntStream.range(0, 5)
			.mapToObj((i) -> experiment("experiment-" + i, "experiment: {A: 1, B: 1, C: 1}"))
			.toList();
		List<PercentageStrategy> shares = List.of(new PercentageStrategy(3000),
				new PercentageStrategy(3000, "experiment-0"),
				new PercentageStrategy(Share.of(3000), Subject.USER, ShareHash.MURMUR3, "experiment-0"));
		int[][] choices = new int[rules.size() + shares.size()][USERS];
		IntFunction<String> sequence = ids.sequence();
		for (int i = 0; i < USERS; i++) {
			GrayContext user = GrayContext.ofUser(sequence.apply(i));
			for (int k = 0; k < rules.size(); k++) {
				choices[k][i] = rules.get(k).index(user);
			}
			for (int k = 0; k < shares.size(); k++) {
				choices[rules.size() + k][i] = shares.get(k).matches(user) ? 1 : 0;
			}
		}
		for (int one = 0; one < rules.size(); one++) {
			for (int other = one + 1; other < choices.length; other++) {
				// Beyond 28.5 lies one of 100,000 tables of independent thirds.
				assertThat(chiSquare(choices[one], choices[other])).as("%s and %s", one, other).isLessThan(28.5);
			}
		}
	}

	private static double chiSquare(int[] one, int[] other) {
		double[][] table = new double[3][3];
		double[] rows = new double[3];
		double[] columns = new double[3];
		for (int i = 0; i < one.length; i++) {
			table[one[i]][other[i]]++;
			rows[one[i]]++;
			columns[other[i]]++;
		}
		double sum = 0;
		for (int r = 0; r < 3; r++) {
			for (int c = 0; c < 3; c++) {
				double expected = rows[r] * columns[c] / one.length;
				sum += (expected > 0) ? (table[r][c] - expected) * (table[r][c] - expected) / expected : 0;
			}
		}
		return sum;
	}

	@Test
	void experimentsOfOneSaltGiveTheSameVariants() {
		ExperimentRule one = experiment("one", "experiment: {A: 1, B: 1}\n    salt: shared");
		ExperimentRule other = experiment("other", "experiment: {A: 1, B: 1}\n    salt: shared");
		ExperimentRule third = experiment("third", "experiment: {A: 1, B: 1}");
		assertThat(users()).allMatch((user) -> one.index(user) == other.index(user));
		assertThat(users()).anyMatch((user) -> one.index(user) != third.index(user));
	}

	@Test
	void sameUsersAreHeldOutOfAllExperiments() {
		ExperimentRule one = experiment("one", "experiment: {A: 1, B: 1}\n    holdout: 10");
		ExperimentRule other = experiment("other", "experiment: {X: 1, Y: 1, Z: 1}\n    holdout: 10");
		ExperimentRule own = experiment("own", "experiment: {A: 1, B: 1}\n    holdout: {value: 10, salt: own}");
		Set<GrayContext> held = held(one);
		assertThat(held.size()).isBetween(850, 1150);
		assertThat(held(other)).isEqualTo(held);
		assertThat(held(own)).isNotEqualTo(held).hasSizeBetween(850, 1150);
		Set<GrayContext> both = held(own);
		both.retainAll(held);
		assertThat(both.size()).isBetween(60, 140);
	}

	private static Set<GrayContext> held(ExperimentRule rule) {
		Set<GrayContext> held = new HashSet<>();
		users().stream().filter((user) -> rule.variant(user) == null).forEach(held::add);
		return held;
	}

	private static final List<GrayContext> MANY = IntStream.range(0, 10_000)
		.mapToObj((i) -> GrayContext.ofUser("user" + i))
		.toList();

	private static List<GrayContext> users() {
		return MANY;
	}

	@Test
	void onlyThoseWhoMatchTakePart() {
		ExperimentRule rule = experiment("e", "experiment: {A: 1, B: 1}\n    match: {users: [u1]}");
		assertThat(rule.variant(GrayContext.ofUser("u1"))).isNotNull();
		assertThat(rule.variant(GrayContext.ofUser("u2"))).isNull();
		assertThat(rule.variant(GrayContext.NONE)).isNull();
		assertThat(rule.variant(GrayContext.ofUser(" "))).isNull();
	}

	@Test
	void variantMayGoBySessionOrHeader() {
		ExperimentRule rule = experiment("e", "experiment: {A: 1, B: 1}\n    of: session");
		ExperimentRule ofUsers = experiment("e", "experiment: {A: 1, B: 1}");
		assertThat(rule.variant(GrayContext.ofUser("u1"))).isNull();
		assertThat(rule.variant(Requests.of("user", "u1", "session", "s1")))
			.isEqualTo(ofUsers.variant(GrayContext.ofUser("s1")));
		ExperimentRule ofHeader = experiment("e", "experiment: {A: 1, B: 1}\n    of: {header: X-Device}");
		assertThat(ofHeader.variant(Requests.of("header X-Device", "s1")))
			.isEqualTo(ofUsers.variant(GrayContext.ofUser("s1")));
	}

	@Test
	void thoseAreHeldOutWhoWouldKeepTheVariant() {
		String ofSession = "experiment: {A: 1}\n    of: session\n    holdout: ";
		GrayContext session = Requests.of("session", "s1");
		assertThat(experiment("e", ofSession + "100").variant(session)).isNull();
		assertThat(experiment("e", ofSession + "{value: 100, salt: own}").variant(session)).isNull();
		assertThat(experiment("e", ofSession + "{value: 100, of: user}").variant(session)).isEqualTo("A");
		assertThat(experiment("e", ofSession + "{value: 100, of: user}")
			.variant(Requests.of("session", "s1", "user", "u1"))).isNull();
	}

	@Test
	void experimentWhoseSubjectThrowsShowsNoVariantAndFailsNoRequest() {
		Subject broken = (context) -> {
			throw new IllegalStateException("who it was");
		};
		Subject lacking = (context) -> {
			throw new NoClassDefFoundError("com/acme/Token");
		};
		PercentageStrategy nobody = new PercentageStrategy(0);
		GrayRules rules = GrayRules.of(List.of(
				new ExperimentRule("of", Map.of("A", 1), (context) -> true, nobody, broken, null, RuleTerms.DEFAULT),
				new ExperimentRule("holdout", Map.of("A", 1), (context) -> true,
						new PercentageStrategy(Share.of(5000), lacking, ShareHash.FNV1A, null), Subject.USER, null,
						RuleTerms.DEFAULT),
				new ExperimentRule("fine", Map.of("A", 1), (context) -> true, nobody, Subject.USER, null,
						RuleTerms.DEFAULT)));
		GrayDecision decision = rules.decide(GrayContext.ofUser("u1"));
		assertThat(decision.variant("of")).isNull();
		assertThat(decision.variant("holdout")).isNull();
		assertThat(decision.variant("fine")).isEqualTo("A");
		assertThat(rules.explain(GrayContext.ofUser("u1")).verdicts())
			.extracting((verdict) -> verdict.condition().reason())
			.containsExactly("threw java.lang.IllegalStateException", "threw java.lang.NoClassDefFoundError",
					"variant A");
	}

	@Test
	void linesAboutAnExperimentTellItsWeights() {
		assertThat(experiment("e", "experiment: {A: 5, B: 0, C: 20}").target()).isEqualTo("variants [A 5, B 0, C 20]");
	}

	@Test
	void decisionKeepsVariants() {
		GrayRules rules = rules("rules:\n  - name: e\n    experiment: {A: 1, B: 0}\n    match: {users: [u1]}\n");
		assertThat(rules.decide(GrayContext.ofUser("u1")).variant("e")).isEqualTo("A");
		assertThat(rules.decide(GrayContext.ofUser("u2")).variant("e")).isNull();
		assertThat(rules.decide(GrayContext.ofUser("u1")).variant("other")).isNull();
		assertThat(rules.decide(GrayContext.ofUser("u1")).lanes().isStable()).isTrue();
	}

	@Test
	void explanationTellsTheVariantOrWhyThereIsNone() {
		ExperimentRule rule = experiment("e", "experiment: {A: 1}\n    match: {not: {users: [u1]}}\n    holdout: 10");
		assertThat(reason(rule, GrayContext.NONE)).isEqualTo("no user");
		assertThat(reason(rule, GrayContext.ofUser(" "))).isEqualTo("no user");
		assertThat(reason(rule, GrayContext.ofUser("u1"))).isEqualTo("takes no part");
		assertThat(reason(rule, held(rule).iterator().next())).isEqualTo("held out");
		assertThat(
				reason(rule, users().stream().filter((user) -> rule.variant(user) != null).findFirst().orElseThrow()))
			.isEqualTo("variant A");
	}

	private static @Nullable String reason(ExperimentRule rule, GrayContext context) {
		Condition condition = rule.explain(context);
		assertThat(condition.met()).isEqualTo(rule.variant(context) != null);
		return condition.reason();
	}

	@Test
	void sumOfManyLargeWeightsIsRight() {
		Map<String, Integer> weights = new HashMap<>();
		IntStream.range(0, 100).forEach((i) -> weights.put("v" + i, 1_000_000));
		ExperimentRule rule = new ExperimentRule("e", weights, (context) -> true, new PercentageStrategy(0),
				Subject.USER, null, RuleTerms.DEFAULT);
		Set<String> seen = new HashSet<>();
		users().forEach((user) -> seen.add(String.valueOf(rule.variant(user))));
		assertThat(seen).hasSize(100);
		weights.put("one-more", 1);
		assertThatIllegalArgumentException().isThrownBy(() -> new ExperimentRule("e", weights, (context) -> true,
				new PercentageStrategy(0), Subject.USER, null, RuleTerms.DEFAULT));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "experiment: {}|needs at least one variant with a weight above 0",
			"experiment: {A: 0}|needs at least one variant",
			"experiment: {A: 1.5}|must be a whole number from 0 to 1000000",
			"experiment: {A: -1}|must be a whole number", "experiment: {A: 1000001}|must be a whole number",
			"experiment: {'a b': 1}|is not a valid name of a variant", "experiment: [A, B]|must be a map",
			"experiment: {A: 1}, holdout: 101|must be from 0", "experiment: {A: 1}, holdout: {salt: x}|has no 'value'",
			"experiment: {A: 1}, of: device|must be user, session",
			"experiment: {A: 1}, of: {header: a, cookie: b}|either",
			"experiment: {A: 1}, of: {header: X Device}|is not a valid name of a header",
			"experiment: {A: 1}, lane: gray|is not known here", "experiment: {A: 1}, feature: f|is not known here",
			"experiment: {A: 1}, salt: ''|is empty" })
	void mistakesAreRefusedWhereTheyStand(String rest, String reason) {
		assertThatExceptionOfType(InvalidRulesException.class)
			.isThrownBy(() -> rules("rules:\n  - {name: e, " + rest + "}\n"))
			.satisfies((ex) -> assertThat(ex.line()).isEqualTo(2))
			.withMessageContaining(reason);
	}

	@Test
	void nameOfAnExperimentIsOneThatCodeCanAskFor() {
		assertThatExceptionOfType(InvalidRulesException.class)
			.isThrownBy(() -> rules("rules:\n  - {name: two words, experiment: {A: 1}}\n"))
			.withMessageContaining("is not a valid name of an experiment");
	}

	@Test
	void refusesMoreExperimentsThanADecisionHolds() {
		StringBuilder text = new StringBuilder("rules:\n");
		IntStream.range(0, 65).forEach((i) -> text.append("  - {name: e" + i + ", experiment: {A: 1}}\n"));
		assertThatExceptionOfType(InvalidRulesException.class).isThrownBy(() -> rules(text.toString()))
			.withMessageContaining("More than 64");
	}

	private static GrayRules rules(String text) {
		return new GrayRulesParser().parse("gray.yaml", text);
	}

	private static ExperimentRule experiment(String name, String body) {
		return (ExperimentRule) rules("rules:\n  - name: " + name + "\n    " + body + "\n").rules().get(0);
	}

}
