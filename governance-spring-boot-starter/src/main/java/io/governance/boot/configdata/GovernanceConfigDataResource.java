package io.governance.boot.configdata;

import org.springframework.boot.context.config.ConfigDataResource;

/**
 * What {@code spring.config.import=governance:} stands for. There is one for an
 * application.
 */
final class GovernanceConfigDataResource extends ConfigDataResource {

	private final boolean optional;

	GovernanceConfigDataResource(boolean optional) {
		super(optional);
		this.optional = optional;
	}

	boolean optional() {
		return this.optional;
	}

	@Override
	public boolean equals(Object other) {
		return other instanceof GovernanceConfigDataResource;
	}

	@Override
	public int hashCode() {
		return GovernanceConfigDataResource.class.hashCode();
	}

	@Override
	public String toString() {
		return "governance:";
	}

}
