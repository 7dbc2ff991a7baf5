package io.governance.config;

import java.util.List;
import java.util.Optional;

import io.governance.BackendUnavailableException;

/**
 * A {@link ConfigSource} that can be written to. Thread-safe. What a backend cannot do it
 * does not declare as a {@link io.governance.backend.Capability}, and refuses with an
 * {@link UnsupportedOperationException} that says so.
 */
public interface ConfigStore extends ConfigSource {

	/**
	 * How much the backend takes in one {@link #publish}.
	 * @return the limits
	 */
	PublishLimits limits();

	/**
	 * The documents of a group.
	 * @param namespace the namespace
	 * @param group the group
	 * @return the ids of those that exist, in order
	 * @throws BackendUnavailableException if the backend cannot be asked
	 */
	List<DocumentId> list(String namespace, String group);

	/**
	 * The groups of a namespace that hold documents.
	 * @param namespace the namespace
	 * @return the groups in alphabetical order
	 * @throws UnsupportedOperationException if the backend cannot list
	 * @throws BackendUnavailableException if the backend cannot be asked
	 */
	default List<String> groups(String namespace) {
		throw new UnsupportedOperationException("This backend cannot list groups: name the group");
	}

	/**
	 * Writes and deletes documents, all of them or none.
	 * @param publications what to write and what to delete, each document once and all in
	 * one namespace; more than one only where the backend declares an atomic publish
	 * @param author who does it
	 * @return the revision of each written document, and {@link Revision#ABSENT} for each
	 * deleted one, in the given order
	 * @throws ConflictException if a document is not at the revision that was expected;
	 * nothing is written then
	 * @throws IllegalArgumentException if the {@link #limits()} are exceeded or a
	 * document is named twice
	 * @throws InvalidConfigException if a content is not valid UTF-8
	 * @throws UnsupportedOperationException if the backend cannot do it, such as several
	 * documents at once or an empty one
	 * @throws BackendUnavailableException if the backend cannot be asked; whether it has
	 * written is not known then
	 */
	List<Revision> publish(List<Publication> publications, Author author);

	/**
	 * Who changed a document, when and why.
	 * @param id the document
	 * @param limit how many entries at most
	 * @return the entries, the newest first; empty if nothing is known of that document
	 * @throws BackendUnavailableException if the backend cannot be asked
	 */
	List<HistoryEntry> history(DocumentId id, int limit);

	/**
	 * The document as it was at an entry of its history, so that it can be looked at,
	 * compared and published again.
	 * @param entry an entry that {@link #history} returned
	 * @return the document, or empty if the entry is a deletion or its content is no
	 * longer kept
	 * @throws BackendUnavailableException if the backend cannot be asked
	 */
	Optional<ConfigDocument> version(HistoryEntry entry);

}
