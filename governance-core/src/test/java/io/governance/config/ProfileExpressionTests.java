package io.governance.config;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class ProfileExpressionTests {

	@ParameterizedTest
	@ValueSource(strings = { "prod", "eu-west.1", "!prod", "! prod", "!!prod", "eu & prod", "eu&prod&!blue",
			"(eu | us) & prod", "!(eu & prod)", "((prod))", " prod " })
	void takesWhatSpringTakes(String expression) {
		assertThat(ProfileExpression.isWellFormed(expression)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "", " ", "a &", "& a", "a & & b", "a | b & c", "(a", "a)", "()", "!", "a b", "(a) b", "a !b" })
	void refusesWhatMeansNothing(String expression) {
		assertThat(ProfileExpression.isWellFormed(expression)).isFalse();
	}

	@Test
	void refusesWhatIsNestedTooDeeply() {
		assertThat(ProfileExpression.isWellFormed("(".repeat(100_000) + "a" + ")".repeat(100_000))).isFalse();
		assertThat(ProfileExpression.isWellFormed("(".repeat(50) + "a" + ")".repeat(50))).isTrue();
		assertThat(ProfileExpression.isWellFormed("!".repeat(100_000) + "a")).isFalse();
	}

}
