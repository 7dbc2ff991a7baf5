package io.governance.internal;

import java.util.regex.Pattern;

/**
 * What the variants of a document may be called.
 */
public final class VariantNames {

	private static final Pattern VALID = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}");

	private VariantNames() {
	}

	/**
	 * Whether a variant may have that name.
	 * @param name the name
	 * @return {@code true} if it may
	 */
	public static boolean isValid(String name) {
		return VALID.matcher(name).matches();
	}

}
