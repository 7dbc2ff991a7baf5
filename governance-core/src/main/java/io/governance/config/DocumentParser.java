package io.governance.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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
		EncryptedValues encrypted = new EncryptedValues(this.secrets);
		for (DocumentId id : this.layers) {
			ConfigDocument document = documents.documents().get(id);
			if (document != null) {
				ParsedDocument earlier = known.parsed(id);
				present.put(id, (earlier != null && earlier.digest().equals(document.digest())) ? earlier
						: ParsedDocument.of(document, encrypted.open(this.formats.parse(document)), earlier));
			}
		}
		return ConfigSnapshot.merge(documents, present, known);
	}

}
