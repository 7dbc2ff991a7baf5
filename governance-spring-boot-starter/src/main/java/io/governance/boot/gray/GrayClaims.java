package io.governance.boot.gray;

import java.security.Principal;

import org.jspecify.annotations.Nullable;

/**
 * Tells the verified claims of a request to gray rules, such as those of a token. Define
 * a bean of this type to have rules by claims. Thread-safe; on the path of requests: no
 * I/O. A claim is asked for only if a rule needs it.
 */
@FunctionalInterface
public interface GrayClaims {

	/**
	 * A claim.
	 * @param request the request
	 * @param name the claim's name
	 * @return its value as text, or {@code null} if there is none that is verified
	 */
	@Nullable String claim(Source request, String name);

	/** A request, as far as claims may come from it. */
	interface Source {

		/**
		 * Who was authenticated.
		 * @return the principal; {@code null} if there is none, or if authentication
		 * comes after the filter of the lanes, see {@code governance.gray.filter-order}
		 */
		@Nullable Principal principal();

		/**
		 * A header of the request.
		 * @param name the name, in whatever case
		 * @return its first value, or {@code null} if there is none
		 */
		@Nullable String header(String name);

	}

}
