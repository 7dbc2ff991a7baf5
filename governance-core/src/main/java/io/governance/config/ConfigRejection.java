package io.governance.config;

import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Why config was not applied. Holds no value of the config, except in what the cause of a
 * user's own code says.
 *
 * @param documents the documents that differ from those in force
 * @param origin where the offending text stands, or {@code null} if not known
 * @param key the property that is wrong, or {@code null} if it is not one property
 * @param reason what is wrong and how to mend it
 * @param time when it was rejected
 * @param cause what was thrown
 */
public record ConfigRejection(List<DocumentId> documents, @Nullable ConfigOrigin origin, @Nullable String key,
		String reason, Instant time, Throwable cause) {

	/**
	 * Creates a rejection from a copy of the list.
	 */
	public ConfigRejection {
		documents = List.copyOf(documents);
	}

	static ConfigRejection of(ConfigDocuments refused, ConfigDocuments inForce, Throwable failure, Instant time) {
		List<DocumentId> differing = Stream
			.concat(refused.documents().keySet().stream(), inForce.documents().keySet().stream())
			.distinct()
			.filter((id) -> !digest(refused, id).equals(digest(inForce, id)))
			.sorted()
			.toList();
		Throwable cause = (failure instanceof ObserverFailedException observer) ? observer.failure() : failure;
		InvalidConfigException invalid = FailureTrace.reason(failure);
		ConfigOrigin origin = (invalid != null) ? invalid.origin() : null;
		String key = (invalid != null) ? invalid.key() : null;
		return new ConfigRejection(differing, origin, key, reason(failure), time, cause);
	}

	private static String reason(Throwable failure) {
		if (failure instanceof ObserverFailedException) {
			return String.valueOf(failure.getMessage());
		}
		InvalidConfigException invalid = FailureTrace.reason(failure);
		return (invalid != null) ? invalid.reason() : "was refused: " + FailureTrace.describe(failure);
	}

	private static String digest(ConfigDocuments documents, DocumentId id) {
		return documents.find(id).map(ConfigDocument::digest).orElse("");
	}

	/**
	 * Place, key and reason in one line.
	 * @return the text
	 */
	public String describe() {
		String place = (this.origin != null) ? this.origin.toString()
				: this.documents.stream().map(DocumentId::toString).collect(Collectors.joining(", "));
		return place + ": " + ((this.key != null) ? "'" + this.key + "' " : "") + this.reason;
	}

	@Override
	public String toString() {
		return describe();
	}

}
