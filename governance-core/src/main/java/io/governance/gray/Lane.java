package io.governance.gray;

import java.util.regex.Pattern;

import io.governance.registry.Instance;

/**
 * A lane: a set of versions of services that belong together, named as in
 * {@link Instance#lane()}.
 *
 * @param name the name, 1 to 128 letters, digits and {@code _ . : + @ -}
 */
public record Lane(String name) {

	private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.:+@-]{1,128}");

	/** The lane of all who were not sent to another one. */
	public static final Lane STABLE = new Lane(Instance.STABLE);

	/**
	 * Creates a lane.
	 * @throws IllegalArgumentException if the name is not valid
	 */
	public Lane {
		if (!isName(name)) {
			throw new IllegalArgumentException("Not a valid name of a lane: 1 to 128 letters, digits and _ . : + @ -");
		}
	}

	static boolean isName(String name) {
		return NAME.matcher(name).matches();
	}

	@Override
	public String toString() {
		return this.name;
	}

}
