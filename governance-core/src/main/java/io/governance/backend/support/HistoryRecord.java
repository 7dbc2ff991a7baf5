package io.governance.backend.support;

import java.time.DateTimeException;
import java.time.Instant;

import io.governance.config.Author;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * An entry of a document's history as JSON, for a backend that keeps none by itself. The
 * content lies elsewhere, under its digest.
 *
 * @param author who published it
 * @param time when, by the clock of the publisher
 * @param digest the SHA-256 of the content in hexadecimal; empty for a deletion
 */
public record HistoryRecord(Author author, Instant time, String digest) {

	private static final JsonMapper MAPPER = JsonMapper.shared();

	/**
	 * The record as JSON.
	 * @return the text in UTF-8
	 */
	public byte[] toJson() {
		ObjectNode json = MAPPER.createObjectNode()
			.put("author", this.author.name())
			.put("comment", this.author.comment())
			.put("time", this.time.toString());
		if (!this.digest.isEmpty()) {
			json.put("digest", this.digest);
		}
		return MAPPER.writeValueAsBytes(json);
	}

	/**
	 * Reads what anybody may have written.
	 * @param json the text in UTF-8
	 * @return the record
	 * @throws IllegalArgumentException if it is none
	 */
	public static HistoryRecord parse(byte[] json) {
		try {
			JsonNode entry = MAPPER.readTree(json);
			return new HistoryRecord(new Author(entry.path("author").asString(""), entry.path("comment").asString("")),
					Instant.parse(entry.path("time").asString("")), entry.path("digest").asString(""));
		}
		catch (JacksonException | DateTimeException ex) {
			throw new IllegalArgumentException("Not JSON of an entry of a history", ex);
		}
	}

}
