package io.governance.testkit;

import java.util.List;
import java.util.Set;

import io.governance.gray.GrayContext;
import io.governance.gray.GrayRulesParser;
import io.governance.gray.GrayStrategy;
import io.governance.gray.InvalidRulesException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/** What docs/writing-a-strategy.md shows, word by word, and that it is right. */
class PlanStrategyTests extends GrayStrategyContract {

	@Override
	protected GrayStrategy strategy() {
		return new PlanStrategy(Set.of("gold", "platinum"));
	}

	@Override
	protected List<GrayContext> matching() {
		return List.of(claim("gold"), claim("platinum"));
	}

	@Override
	protected List<GrayContext> others() {
		return List.of(claim("free"), GrayContext.NONE);
	}

	private static GrayContext claim(String plan) {
		return new GrayContext() {

			@Override
			public @Nullable String userId() {
				return null;
			}

			@Override
			public @Nullable String claim(String name) {
				return name.equals("plan") ? plan : null;
			}

		};
	}

	@Test
	void refusesWhatIsNoPlanWithItsLine() {
		GrayRulesParser parser = new GrayRulesParser(List.of(new PlanStrategyFactory()));
		String rule = "rules:\n  - name: r\n    service: orders\n    lane: gray\n    match: {plan: [%s]}\n";
		assertThat(parser.parse("gray.yaml", rule.formatted("gold")).size()).isOne();
		assertThatExceptionOfType(InvalidRulesException.class)
			.isThrownBy(() -> parser.parse("gray.yaml", rule.formatted("golden")))
			.withMessageContaining("gray.yaml:5:")
			.withMessageContaining("write free, gold or platinum");
		assertThatExceptionOfType(InvalidRulesException.class)
			.isThrownBy(() -> parser.parse("gray.yaml", rule.formatted("")))
			.withMessageContaining("name at least one plan");
	}

}
