package io.governance.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Makes snapshots of documents. Immutable.
 */
final class DocumentParser {

	private final List<DocumentId> layers;

	private final ConfigFormats formats;

	DocumentParser(List<DocumentId> layers, ConfigFormats formats) {
		this.layers = layers;
		this.formats = formats;
	}

	/**
	 * Parses and merges.
	 * @param documents the documents
	 * @param known a snapshot that shares its documents: only those whose content differs
	 * are parsed
	 * @throws InvalidConfigException if a document cannot be parsed
	 */
	ConfigSnapshot parse(ConfigDocuments documents, ConfigSnapshot known) {
		Map<DocumentId, ParsedDocument> present = new LinkedHashMap<>();
		for (DocumentId id : this.layers) {
			ConfigDocument document = documents.documents().get(id);
			if (document != null) {
				ParsedDocument earlier = known.parsed(id);
				present.put(id, (earlier != null && earlier.digest().equals(document.digest())) ? earlier
						: ParsedDocument.of(document, this.formats.parse(document), earlier));
			}
		}
		return ConfigSnapshot.merge(documents, present, known);
	}

}
