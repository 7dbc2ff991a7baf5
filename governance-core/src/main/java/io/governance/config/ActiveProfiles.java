package io.governance.config;

import java.util.List;

/**
 * Says which profiles are active in this process, for documents of which parts hold under
 * some profiles only. Thread-safe.
 */
@FunctionalInterface
public interface ActiveProfiles {

	/**
	 * Whether one of some profile expressions holds.
	 * @param expressions at least one expression, such as {@code prod}, {@code !prod} or
	 * {@code eu & prod}
	 * @return {@code true} if one of them holds
	 * @throws IllegalArgumentException if one is malformed
	 */
	boolean accept(List<String> expressions);

}
