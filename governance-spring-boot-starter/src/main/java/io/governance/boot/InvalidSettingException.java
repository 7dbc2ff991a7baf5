package io.governance.boot;

import io.governance.GovernanceException;
import org.jspecify.annotations.Nullable;

/**
 * A property of Governance has a value that cannot be used. The message begins with the
 * property.
 */
public final class InvalidSettingException extends GovernanceException {

	private final String property;

	private final String action;

	/**
	 * Creates an exception for a property.
	 * @param property the name of the property
	 * @param problem what is wrong with its value
	 * @param action what to do, a sentence without its full stop
	 * @param cause what led to it, if anything
	 */
	public InvalidSettingException(String property, String problem, String action, @Nullable Throwable cause) {
		super(property + ": " + problem + ". " + action, cause);
		this.property = property;
		this.action = action;
	}

	/**
	 * An exception for a property that is a part of where documents are kept.
	 * @param property the name of the property
	 * @param cause tells what is wrong with its value
	 * @return the exception
	 */
	public static InvalidSettingException ofName(String property, IllegalArgumentException cause) {
		return new InvalidSettingException(property, String.valueOf(cause.getMessage()),
				"Set " + property + " to a name that is allowed: it is part of where documents are kept", cause);
	}

	/**
	 * The property to mend.
	 * @return its name
	 */
	public String property() {
		return this.property;
	}

	/**
	 * What to do.
	 * @return a sentence without its full stop
	 */
	public String action() {
		return this.action;
	}

}
