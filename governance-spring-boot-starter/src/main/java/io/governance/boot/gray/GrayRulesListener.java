package io.governance.boot.gray;

import io.governance.GovernanceException;
import io.governance.gray.GrayRules;

/**
 * Told by the {@link GrayRulesKeeper} about its rules. Define beans of this type to be
 * told. Called one at a time; must be quick. What it throws is logged and ignored.
 */
@FunctionalInterface
public interface GrayRulesListener {

	/**
	 * New rules are in force.
	 * @param rules the rules
	 */
	void onRules(GrayRules rules);

	/**
	 * The rules in force are others than before; told after {@link #onRules}, and not for
	 * the first ones of a process.
	 * @param change what has changed
	 */
	default void onChange(GrayRulesChange change) {
	}

	/**
	 * A document was refused; the rules before it stay in force.
	 * @param reason where it goes wrong, and how to mend it
	 */
	default void onRejected(GovernanceException reason) {
	}

}
