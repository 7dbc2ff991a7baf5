package io.governance.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.governance.config.secret.DecryptionException;
import io.governance.config.secret.Secrets;

/**
 * Makes snapshots of documents. Immutable.
 */
final class DocumentParser {

	private final List<DocumentId> layers;

	private final ConfigFormats formats;

	private final Secrets secrets;

	DocumentParser(List<DocumentId> layers, ConfigFormats formats, Secrets secrets) {
		this.layers = layers;
		this.formats = formats;
		this.secrets = secrets;
	}

	/**
	 * Parses and merges.
	 * @param documents the documents
	 * @param known a snapshot that shares its documents: only those whose content differs
	 * are parsed
	 * @throws InvalidConfigException if a document cannot be parsed, or a value in it
	 * cannot be decrypted
	 */
	ConfigSnapshot parse(ConfigDocuments documents, ConfigSnapshot known) {
		Map<DocumentId, ParsedDocument> present = new LinkedHashMap<>();
		Secrets.Opener opener = this.secrets.begin();
		for (DocumentId id : this.layers) {
			ConfigDocument document = documents.documents().get(id);
			if (document != null) {
				ParsedDocument earlier = known.parsed(id);
				present.put(id, (earlier != null && earlier.digest().equals(document.digest())) ? earlier
						: ParsedDocument.of(document, opened(this.formats.parse(document), opener)));
			}
		}
		return ConfigSnapshot.merge(documents, present);
	}

	/**
	 * The values, of which the encrypted ones are opened.
	 */
	private static Map<String, ConfigValue> opened(Map<String, ConfigValue> values, Secrets.Opener opener) {
		Map<String, ConfigValue> opened = values;
		for (Map.Entry<String, ConfigValue> entry : values.entrySet()) {
			ConfigValue value = entry.getValue();
			if (Secrets.isEncrypted(value.value())) {
				opened = (opened != values) ? opened : new LinkedHashMap<>(values);
				opened.put(entry.getKey(), open(entry.getKey(), value, opener));
			}
		}
		return opened;
	}

	private static ConfigValue open(String key, ConfigValue value, Secrets.Opener opener) {
		try {
			return new ConfigValue(opener.open(key, (String) value.value()), value.origin(), true);
		}
		catch (DecryptionException ex) {
			throw new InvalidConfigException(value.origin(), key, String.valueOf(ex.getMessage()), null);
		}
	}

}
