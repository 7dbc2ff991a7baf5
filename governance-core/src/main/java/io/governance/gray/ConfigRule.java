package io.governance.gray;

import io.governance.internal.VariantNames;

/**
 * Gives the instances that meet a condition a variant of their documents. Immutable.
 *
 * @param name the rule's name, for people
 * @param application the application, or {@code *} for each
 * @param variant the variant: {@code big-pool} takes {@code orders.big-pool.yaml} in the
 * place of {@code orders.yaml}
 * @param strategy the condition on an {@link InstanceContext}
 */
public record ConfigRule(String name, String application, String variant, GrayStrategy strategy) {

	/**
	 * Creates a rule.
	 * @throws IllegalArgumentException if the name is blank, or the name of the
	 * application or of the variant is not valid
	 */
	public ConfigRule {
		if (name.isBlank()) {
			throw new IllegalArgumentException("A rule needs a name");
		}
		if (!GrayRule.isService(application)) {
			throw new IllegalArgumentException("Rule '" + name + "' has no valid name of an application, nor "
					+ GrayRule.ALL_SERVICES + " for each");
		}
		if (!VariantNames.isValid(variant)) {
			throw new IllegalArgumentException("Rule '" + name + "' has no valid name of a variant");
		}
	}

	boolean covers(String application) {
		return this.application.equals(GrayRule.ALL_SERVICES) || this.application.equals(application);
	}

}
