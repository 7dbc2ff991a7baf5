package io.governance.gray;

import java.util.regex.Pattern;

/**
 * Switches a function on for the requests that meet a condition. Immutable.
 *
 * @param name the rule's name, for people
 * @param feature the function's name, which code asks for; may have several rules
 * @param strategy the condition
 * @param terms what it says beside that
 */
public record FeatureRule(String name, String feature, GrayStrategy strategy, RuleTerms terms) implements RequestRule {

	private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.:-]{0,99}");

	/**
	 * Creates a rule.
	 * @throws IllegalArgumentException if a name is blank or not valid
	 */
	public FeatureRule {
		if (name.isBlank()) {
			throw new IllegalArgumentException("A rule needs a name");
		}
		if (!isName(feature)) {
			throw new IllegalArgumentException("Rule '" + name + "' has no valid name of a feature");
		}
	}

	/** Whether features, experiments and variants may be called that. */
	static boolean isName(String name) {
		return NAME.matcher(name).matches();
	}

	@Override
	public String target() {
		return "feature " + this.feature;
	}

}
