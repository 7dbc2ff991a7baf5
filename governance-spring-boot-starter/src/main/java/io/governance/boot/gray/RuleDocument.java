package io.governance.boot.gray;

import io.governance.config.ConfigDocument;
import io.governance.config.DocumentId;

/**
 * A document that gray rules in force come from.
 *
 * @param id the document
 * @param revision its revision
 * @param digest the SHA-256 of its content in hexadecimal
 * @param bytes its size
 */
public record RuleDocument(DocumentId id, String revision, String digest, int bytes) {

	static RuleDocument of(ConfigDocument document) {
		return new RuleDocument(document.id(), document.revision().value(), document.digest(), document.size());
	}

}
