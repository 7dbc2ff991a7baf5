package io.governance.testkit;

import java.util.Set;

import io.governance.gray.Condition;
import io.governance.gray.GrayContext;
import io.governance.gray.GrayStrategy;

/** What docs/writing-a-strategy.md shows, word by word. */
record PlanStrategy(Set<String> plans) implements GrayStrategy {

	PlanStrategy {
		plans = Set.copyOf(plans);
	}

	@Override
	public boolean matches(GrayContext context) {
		String plan = context.claim("plan");
		return plan != null && this.plans.contains(plan);
	}

	@Override
	public Condition explain(GrayContext context) {
		boolean met = matches(context);
		return Condition.of(this, met, met ? "" : "has none of these plans");
	}

	@Override
	public String toString() {
		return "plan(" + this.plans.size() + ")";
	}

}
