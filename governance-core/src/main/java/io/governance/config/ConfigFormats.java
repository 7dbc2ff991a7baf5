package io.governance.config;

import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

/**
 * The formats by the extensions of their documents. Immutable.
 */
public final class ConfigFormats {

	private final Map<String, ConfigFormat> byExtension = new HashMap<>();

	private final DocumentLimits limits;

	/**
	 * Formats to choose from.
	 * @param formats the formats; a later one replaces an earlier one for the same
	 * extension
	 */
	public ConfigFormats(List<ConfigFormat> formats) {
		this(formats, DocumentLimits.DEFAULT);
	}

	private ConfigFormats(List<ConfigFormat> formats, DocumentLimits limits) {
		this.limits = limits;
		for (ConfigFormat format : formats) {
			format.extensions().forEach((extension) -> this.byExtension.put(extension, format));
		}
	}

	/**
	 * YAML, JSON and properties, with the limits of {@link DocumentLimits#DEFAULT}.
	 * @return the formats
	 */
	public static ConfigFormats standard() {
		return standard(DocumentLimits.DEFAULT);
	}

	/**
	 * YAML, JSON and properties.
	 * @param limits how large documents may be
	 * @return the formats
	 */
	public static ConfigFormats standard(DocumentLimits limits) {
		return new ConfigFormats(
				List.of(new YamlConfigFormat(limits), new JsonConfigFormat(limits), new PropertiesConfigFormat(limits)),
				limits);
	}

	/**
	 * The extensions that can be parsed.
	 * @return the extensions in alphabetical order
	 */
	public Set<String> extensions() {
		return new TreeSet<>(this.byExtension.keySet());
	}

	/**
	 * Parses a document in the format of its extension.
	 * @param document the document
	 * @return its keys, in the order of the document; an empty document has none
	 * @throws InvalidConfigException if it does not parse or if no format has its
	 * extension, with line and column where they are known
	 */
	public Map<String, ConfigValue> parse(ConfigDocument document) {
		return LayeredKeys.merge(parts(document));
	}

	/**
	 * Parses a document of several parts, such as the documents of one YAML text, each of
	 * which may hold under some conditions only.
	 * @param document the document
	 * @return the keys of each part, the lowest part first
	 * @throws InvalidConfigException as {@link #parse} does
	 */
	public List<Map<String, ConfigValue>> parts(ConfigDocument document) {
		return parts(document, document.id().extension());
	}

	/**
	 * Parses a document as an application reads it.
	 * @param layer how it is read
	 * @param document the document
	 * @return the keys of each part, the lowest part first; a document that is one value
	 * has one part with one key
	 * @throws InvalidConfigException if it cannot be read so
	 */
	public List<Map<String, ConfigValue>> parts(ConfigLayer layer, ConfigDocument document) {
		String key = layer.key();
		if (key == null) {
			return parts(document, layer.format());
		}
		this.limits.checkSize(document);
		String value = layer.format().equals(ConfigLayer.BINARY)
				? Base64.getEncoder().encodeToString(document.content()) : document.text();
		return List.of(Map.of(key, new ConfigValue(value, new ConfigOrigin(document.id(), 1, 1))));
	}

	/**
	 * Checks what can be told of a document without the application: whether it parses,
	 * and whether the conditions of its parts can be understood.
	 * @param layer how it is read
	 * @param document the document
	 * @throws InvalidConfigException if it would be refused wherever it is read so
	 */
	public void check(ConfigLayer layer, ConfigDocument document) {
		List<Map<String, ConfigValue>> parts = parts(layer, document);
		if (layer.key() == null) {
			Activation.check(parts);
		}
	}

	/**
	 * The parts of a document in a certain format, the lowest first.
	 * @throws InvalidConfigException if it does not parse or the format is not known
	 */
	List<Map<String, ConfigValue>> parts(ConfigDocument document, String extension) {
		@Nullable ConfigFormat format = this.byExtension.get(extension);
		if (format == null) {
			throw InvalidConfigException.in(document.id(),
					(extension.isEmpty() ? "has no extension" : "has an extension that cannot be parsed")
							+ ": use one of " + extensions());
		}
		try {
			return format.parts(document);
		}
		catch (InvalidConfigException ex) {
			throw ex;
		}
		catch (RuntimeException | LinkageError | StackOverflowError ex) {
			throw new InvalidConfigException(ConfigOrigin.of(document.id()), null,
					"cannot be parsed: " + ex.getClass().getName(), ex);
		}
	}

}
