package io.governance.config;

/**
 * A document that is required does not exist.
 */
public final class MissingDocumentException extends InvalidConfigException {

	MissingDocumentException(DocumentId document) {
		super(ConfigOrigin.of(document), null,
				"is required and does not exist: publish it, or declare it optional in governance.config.documents",
				null);
	}

}
