package io.governance.gray;

/**
 * A rule about requests.
 */
public sealed interface RequestRule permits GrayRule, FeatureRule, ExperimentRule {

	/**
	 * The rule's name.
	 * @return the name, for people; no other rule has it
	 */
	String name();

	/**
	 * Which requests it is about.
	 * @return the condition
	 */
	GrayStrategy strategy();

	/**
	 * What it says beside that.
	 * @return the terms
	 */
	RuleTerms terms();

	/**
	 * What it does with requests that match.
	 * @return such as {@code orders=gray}
	 */
	String target();

}
