package io.governance.config;

import java.util.List;
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
	 * @return its keys, in the order of the document; an empty document has none. Where a
	 * document has several parts, all of them are laid over each other, the last one the
	 * highest
	 * @throws InvalidConfigException if it does not parse, names a key twice or exceeds a
	 * limit, with line and column
	 */
	Map<String, ConfigValue> parse(ConfigDocument document);

	/**
	 * Parses a document that may have several parts, each of which may hold under some
	 * conditions only: {@code spring.config.activate.on-profile}.
	 * @param document the document
	 * @return the keys of each part with its conditions, the lowest part first
	 * @throws InvalidConfigException as {@link #parse} does
	 */
	default List<Map<String, ConfigValue>> parts(ConfigDocument document) {
		return List.of(parse(document));
	}

}
