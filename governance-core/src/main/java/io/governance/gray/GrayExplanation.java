package io.governance.gray;

import java.util.List;
import java.util.Set;

/**
 * What gray rules make of a sample request, and why.
 *
 * @param decision what they decide
 * @param verdicts what each rule makes of it, in the order in which they count
 */
public record GrayExplanation(GrayDecision decision, List<Verdict> verdicts) {

	/**
	 * Creates an explanation.
	 */
	public GrayExplanation {
		verdicts = List.copyOf(verdicts);
	}

	/**
	 * What one rule makes of a request.
	 *
	 * @param rule the rule's name
	 * @param target what it does with requests that match
	 * @param effect what that led to
	 * @param condition what its condition came to
	 */
	public record Verdict(String rule, String target, Effect effect, Condition condition) {

		static Verdict of(RequestRule rule, GrayContext context, boolean expired, Set<String> decided) {
			Condition condition = (rule instanceof ExperimentRule experiment) ? experiment.explain(context)
					: new GuardedStrategy("Gray rule '" + rule.name() + "'", rule.strategy()).explain(context);
			return new Verdict(rule.name(), rule.target(), effect(rule, condition, expired, decided), condition);
		}

		private static Effect effect(RequestRule rule, Condition condition, boolean expired, Set<String> decided) {
			RuleTerms terms = rule.terms();
			if (!terms.enabled()) {
				return Effect.DISABLED;
			}
			if (expired) {
				return Effect.EXPIRED;
			}
			if (!condition.met()) {
				return Effect.NO_MATCH;
			}
			if (terms.observe()) {
				return Effect.OBSERVED;
			}
			return (rule instanceof GrayRule && !decided.contains(rule.name())) ? Effect.OVERRULED : Effect.DECIDES;
		}

	}

	/** What a rule leads to for one request. */
	public enum Effect {

		/** It matches, and decides. */
		DECIDES,

		/** It matches, but another rule comes first. */
		OVERRULED,

		/** It matches, and only counts that. */
		OBSERVED,

		/** It does not match. */
		NO_MATCH,

		/** It is switched off. */
		DISABLED,

		/** Its time is over. */
		EXPIRED

	}

}
