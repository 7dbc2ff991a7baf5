package io.governance.boot.actuate;

import java.util.ArrayList;
import java.util.List;

import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.config.Revision;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Several documents of one request, which Actuator hands over as a text.
 *
 * @param group the document's group
 * @param name the document's name
 * @param namespace its namespace, if it must be told
 * @param content its new content, or {@code null} to delete it
 * @param expected the revision that it must have now, or {@code null} if any will do
 * @param delete whether it is deleted
 */
record PublishRequest(@Nullable String group, @Nullable String name, @Nullable String namespace,
		@Nullable String content, @Nullable String expected, @Nullable Boolean delete) {

	private static final JsonMapper MAPPER = JsonMapper.builder()
		.enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
		.build();

	/**
	 * Reads the documents of a request.
	 * @throws IllegalArgumentException if they are not what they must be
	 */
	static List<Publication> read(String json, ApplicationDocuments documents) {
		@Nullable PublishRequest @Nullable [] requests;
		try {
			requests = MAPPER.readValue(json, PublishRequest[].class);
		}
		catch (JacksonException ex) {
			// Its message may show what was sent.
			throw new IllegalArgumentException("'documents' must be a JSON array of objects with 'group', 'name' and "
					+ "'content' or 'delete', and 'namespace' and 'expected' if you like");
		}
		List<Publication> publications = new ArrayList<>();
		for (PublishRequest request : (requests != null) ? requests : new PublishRequest[0]) {
			if (request == null || request.name() == null) {
				throw new IllegalArgumentException("Each document needs a 'name'");
			}
			publications.add(request.publication(documents));
		}
		if (publications.isEmpty()) {
			throw new IllegalArgumentException("There is nothing to publish");
		}
		return publications;
	}

	private Publication publication(ApplicationDocuments documents) {
		String group = (this.group != null) ? this.group : DocumentId.DEFAULT;
		DocumentId id = documents.find(this.namespace, group, String.valueOf(this.name)).document();
		boolean delete = Boolean.TRUE.equals(this.delete);
		if (delete == (this.content != null)) {
			throw new IllegalArgumentException("Document " + id + " needs either a 'content' or 'delete'");
		}
		Publication publication = (this.content != null) ? Publication.put(id, this.content) : Publication.delete(id);
		return (this.expected != null) ? publication.expecting(new Revision(this.expected)) : publication;
	}

	@Override
	public String toString() {
		return this.group + "/" + this.name;
	}

}
