package io.governance.config;

/**
 * Where a value stands.
 *
 * @param document the document
 * @param line the line, counted from 1; 0 if not known
 * @param column the column, counted from 1; 0 if not known
 */
public record ConfigOrigin(DocumentId document, int line, int column) {

	/**
	 * The document as a whole.
	 * @param document the document
	 * @return an origin without line and column
	 */
	public static ConfigOrigin of(DocumentId document) {
		return new ConfigOrigin(document, 0, 0);
	}

	/**
	 * The place as editors and compilers write it.
	 * @return {@code namespace/group/name:line:column}, without what is not known
	 */
	@Override
	public String toString() {
		return (this.line == 0) ? this.document.toString() : this.document + ":" + this.line + ":" + this.column;
	}

}
