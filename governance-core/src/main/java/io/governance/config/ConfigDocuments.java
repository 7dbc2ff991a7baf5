package io.governance.config;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Documents read together. One that was asked for and is not here does not exist on the
 * backend.
 *
 * @param documents the documents that exist, by id, in the order of their ids
 */
public record ConfigDocuments(Map<DocumentId, ConfigDocument> documents) {

	/** No document at all. */
	public static final ConfigDocuments NONE = new ConfigDocuments(Map.of());

	/**
	 * Creates a set of documents from a copy of the map.
	 */
	public ConfigDocuments {
		documents = Collections.unmodifiableMap(new TreeMap<>(documents));
	}

	/**
	 * Creates a set of documents.
	 * @param documents the documents, each id once
	 * @return the set
	 */
	public static ConfigDocuments of(Collection<ConfigDocument> documents) {
		Map<DocumentId, ConfigDocument> byId = new TreeMap<>();
		documents.forEach((document) -> byId.put(document.id(), document));
		return new ConfigDocuments(byId);
	}

	/**
	 * The document of that name.
	 * @param id the name
	 * @return the document, or empty if it does not exist
	 */
	public Optional<ConfigDocument> find(DocumentId id) {
		return Optional.ofNullable(this.documents.get(id));
	}

	/**
	 * Whether both hold the same documents with the same content, whatever their
	 * revisions.
	 * @param other the other set
	 * @return {@code true} if no content differs
	 */
	public boolean sameContent(ConfigDocuments other) {
		return this.documents.size() == other.documents.size() && this.documents.values()
			.stream()
			.allMatch((document) -> other.find(document.id())
				.filter((that) -> that.digest().equals(document.digest()))
				.isPresent());
	}

}
