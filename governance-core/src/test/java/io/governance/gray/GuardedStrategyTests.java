package io.governance.gray;

import java.util.List;
import java.util.regex.Pattern;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class GuardedStrategyTests {

	/** Alternatives in a group that repeats: Java's expressions call themselves. */
	private static final Pattern LETTERS = Pattern.compile("(a|b)*");

	private static final GrayContext LONG = GrayContext.ofUser("a".repeat(65_536));

	@Test
	@DisplayName("A request on which a strategy runs out of stack does not meet its condition, and others do")
	void requestOnWhichAStrategyRunsOutOfStackDoesNotMatch() {
		GrayRules rules = rules((context) -> LETTERS.matcher(String.valueOf(context.userId())).matches());
		assertThat(rules.decide(LONG)).matches((decision) -> decision.lanes().isStable());
		assertThat(rules.decide(GrayContext.ofUser("ab")).lanes().toHeader()).isEqualTo("s=l");
		assertThat(rules.explain(LONG).verdicts()).singleElement()
			.satisfies((verdict) -> assertThat(verdict.condition().reason())
				.isEqualTo("threw java.lang.StackOverflowError"));
	}

	@Test
	void strategyThatLacksAClassMatchesNobody() {
		GrayRules rules = rules((context) -> {
			throw new NoClassDefFoundError("com/acme/Plans");
		});
		assertThat(rules.decide(LONG)).matches((decision) -> decision.lanes().isStable());
		assertThat(rules.explain(LONG).verdicts()).singleElement()
			.satisfies((verdict) -> assertThat(verdict.effect()).isEqualTo(GrayExplanation.Effect.NO_MATCH));
	}

	@Test
	void factoryThatLacksAClassRefusesTheRules() {
		GrayRulesParser parser = new GrayRulesParser(List.of(new GrayStrategyFactory() {

			@Override
			public String name() {
				return "plan";
			}

			@Override
			public GrayStrategy create(RulesNode definition) {
				throw new NoClassDefFoundError("com/acme/Plans");
			}

		}));
		assertThatExceptionOfType(InvalidRulesException.class)
			.isThrownBy(
					() -> parser.parse("gray.yaml", "rules: [{name: r, service: s, lane: l, match: {plan: [gold]}}]"))
			.withMessageContaining("was refused by its strategy with java.lang.NoClassDefFoundError");
	}

	private static GrayRules rules(GrayStrategy strategy) {
		return GrayRules.of(List.of(new GrayRule("r", "s", new Lane("l"), strategy, Otherwise.STABLE)));
	}

}
