package io.governance.boot.configdata;

import org.springframework.boot.context.config.ConfigDataResource;

/**
 * What {@code spring.config.import=governance:} stands for. There is one for an
 * application, and one that is optional.
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
		return other instanceof GovernanceConfigDataResource resource && resource.optional == this.optional;
	}

	@Override
	public int hashCode() {
		return Boolean.hashCode(this.optional);
	}

	@Override
	public String toString() {
		return "governance:";
	}

}
