package io.governance.backend;

/**
 * What not every backend can do. What a backend does not declare it refuses with an
 * {@link UnsupportedOperationException} that says so.
 */
public enum Capability {

	/** Several documents are published all or none, and watchers see them together. */
	ATOMIC_PUBLISH,

	/** A document can be written only if it does not exist yet. */
	CONDITIONAL_CREATE,

	/** A document can be deleted only if it is at an expected revision. */
	CONDITIONAL_DELETE,

	/** The documents of a group can be listed. */
	LIST,

	/** Earlier versions of documents are kept and can be read. */
	HISTORY,

	/** Revisions are unsigned numbers that grow. */
	ORDERED_REVISIONS

}
