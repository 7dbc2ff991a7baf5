package io.governance.gray;

import java.util.function.Predicate;

/**
 * Instances of which something is known. Meets no request.
 */
final class InstanceStrategy implements GrayStrategy {

	private final String description;

	private final Predicate<InstanceContext> condition;

	InstanceStrategy(String description, Predicate<InstanceContext> condition) {
		this.description = description;
		this.condition = condition;
	}

	@Override
	public boolean matches(GrayContext context) {
		return context instanceof InstanceContext instance && this.condition.test(instance);
	}

	@Override
	public String toString() {
		return this.description;
	}

}
