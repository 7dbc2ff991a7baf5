package io.governance.testkit;

import java.util.HashSet;
import java.util.Set;

import io.governance.gray.GrayStrategy;
import io.governance.gray.GrayStrategyFactory;
import io.governance.gray.RulesNode;

/** What docs/writing-a-strategy.md shows, word by word. */
class PlanStrategyFactory implements GrayStrategyFactory {

	private static final Set<String> PLANS = Set.of("free", "gold", "platinum");

	@Override
	public String name() {
		return "plan";
	}

	@Override
	public GrayStrategy create(RulesNode definition) {
		Set<String> plans = new HashSet<>();
		for (RulesNode item : definition.items()) {
			if (!PLANS.contains(item.text())) {
				throw item.invalid("is not a plan: write free, gold or platinum");
			}
			plans.add(item.text());
		}
		if (plans.isEmpty()) {
			throw definition.invalid("is empty: name at least one plan");
		}
		return new PlanStrategy(plans);
	}

}
