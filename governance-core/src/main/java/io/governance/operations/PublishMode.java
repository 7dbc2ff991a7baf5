package io.governance.operations;

/**
 * Whether documents are checked before they are published.
 */
public enum PublishMode {

	/** A document that does not parse is refused. */
	CHECKED,

	/** Documents are published as they are, right or wrong. */
	FORCED

}
