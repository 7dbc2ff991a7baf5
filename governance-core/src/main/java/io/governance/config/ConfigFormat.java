package io.governance.config;

import java.util.Map;
import java.util.Set;

/**
 * Turns the text of a document into flat keys, such as {@code servers[0].host}. Stateless
 * and thread-safe.
 */
public interface ConfigFormat {

	/**
	 * The extensions of documents in this format.
	 * @return the extensions in lower case, without dots
	 */
	Set<String> extensions();

	/**
	 * Parses a document.
	 * @param document the document
	 * @return its keys, in the order of the document; an empty document has none
	 * @throws InvalidConfigException if it does not parse, names a key twice or exceeds a
	 * limit, with line and column
	 */
	Map<String, ConfigValue> parse(ConfigDocument document);

}
