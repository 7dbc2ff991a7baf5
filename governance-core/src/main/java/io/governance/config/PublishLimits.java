package io.governance.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How much a backend takes in one {@link ConfigStore#publish}.
 *
 * @param maxDocumentBytes the largest document, in bytes
 * @param maxDocuments how many documents at most
 * @param maxTotalBytes the content of all documents together, in bytes
 */
public record PublishLimits(int maxDocumentBytes, int maxDocuments, int maxTotalBytes) {

	/**
	 * Creates limits.
	 * @throws IllegalArgumentException if one is not positive
	 */
	public PublishLimits {
		if (maxDocumentBytes < 1 || maxDocuments < 1 || maxTotalBytes < 1) {
			throw new IllegalArgumentException("Limits of a publish must be positive");
		}
	}

	/**
	 * Holds publications against these limits and against what holds for every backend.
	 * @param publications what is to be published
	 * @throws IllegalArgumentException if there are too many, they are too large, one is
	 * named twice, or they are in several namespaces
	 * @throws InvalidConfigException if a content is not valid UTF-8
	 */
	public void check(List<Publication> publications) {
		if (publications.size() > this.maxDocuments) {
			throw new IllegalArgumentException(publications.size() + " documents are to be published at once: "
					+ this.maxDocuments + " are allowed");
		}
		Map<DocumentId, Integer> sizes = new HashMap<>();
		for (Publication publication : publications) {
			DocumentId id = publication.id();
			byte[] content = publication.content();
			if (sizes.put(id, content.length) != null) {
				throw new IllegalArgumentException("Document " + id + " is named twice");
			}
			if (!id.namespace().equals(publications.get(0).id().namespace())) {
				throw new IllegalArgumentException("Document " + id + " is in another namespace than "
						+ publications.get(0).id() + ": publish each namespace on its own");
			}
			if (content.length > this.maxDocumentBytes) {
				throw new IllegalArgumentException("Document " + id + " has " + content.length + " bytes: "
						+ this.maxDocumentBytes + " are allowed");
			}
			ConfigDocument.of(id, content, Revision.ABSENT).text();
		}
		long total = sizes.values().stream().mapToLong(Integer::longValue).sum();
		if (total > this.maxTotalBytes) {
			throw new IllegalArgumentException(
					"The documents have " + total + " bytes together: " + this.maxTotalBytes + " are allowed");
		}
	}

}
