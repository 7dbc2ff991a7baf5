package io.governance.config;

import org.jspecify.annotations.Nullable;

/**
 * One layer of the config: a document, and how it is read.
 *
 * @param document the document
 * @param format the format: an extension such as {@code yaml}, or {@link #TEXT} or
 * {@link #BINARY} for a document that is one value
 * @param key the key of the document's value if it is one value, otherwise {@code null}
 * @param required whether config without this document is refused
 */
public record ConfigLayer(DocumentId document, String format, @Nullable String key, boolean required) {

	/** The format of a document that is one text, as it stands. */
	public static final String TEXT = "text";

	/** The format of a document that is one binary value, shown in Base64. */
	public static final String BINARY = "binary";

	/**
	 * Creates a layer.
	 * @throws IllegalArgumentException if a document that is one value has no key, or
	 * another one has a key
	 */
	public ConfigLayer {
		boolean value = format.equals(TEXT) || format.equals(BINARY);
		if (value && (key == null || key.isBlank())) {
			throw new IllegalArgumentException(
					"Document " + document + " is one value: it needs the key under which it is found");
		}
		if (!value && key != null) {
			throw new IllegalArgumentException(
					"Document " + document + " has keys of its own, since its format is '" + format + "'");
		}
	}

	/**
	 * A document that need not exist, in the format that its extension tells.
	 * @param document the document
	 * @return the layer
	 */
	public static ConfigLayer of(DocumentId document) {
		return new ConfigLayer(document, document.extension(), null, false);
	}

	@Override
	public String toString() {
		return this.document + (this.document.extension().equals(this.format) ? "" : " as " + this.format)
				+ ((this.key != null) ? " under '" + this.key + "'" : "");
	}

}
