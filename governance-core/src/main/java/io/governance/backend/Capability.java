package io.governance.backend;

/**
 * What not every backend can do. What a backend does not declare it refuses with an
 * {@link UnsupportedOperationException} that says so.
 */
public enum Capability {

	/**
	 * Several documents are published all or none, and watchers see them together.
	 * Without it, each document is published on its own.
	 */
	ATOMIC_PUBLISH,

	/**
	 * A document can be written only if it does not exist yet. Without it, a publication
	 * that expects a revision may create a document again that was deleted meanwhile.
	 */
	CONDITIONAL_CREATE,

	/** A document can be deleted only if it is at an expected revision. */
	CONDITIONAL_DELETE,

	/** A document can be empty. */
	EMPTY_DOCUMENTS,

	/** The documents of a group can be listed, and the groups of a namespace. */
	LIST,

	/** Earlier versions of documents are kept and can be read. */
	HISTORY,

	/** Revisions are unsigned numbers that grow. */
	ORDERED_REVISIONS,

	/** There are locks with fencing tokens. */
	LOCK

}
