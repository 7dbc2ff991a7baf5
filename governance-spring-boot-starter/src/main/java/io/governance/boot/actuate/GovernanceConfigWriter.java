package io.governance.boot.actuate;

import java.security.Principal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

import io.governance.BackendUnavailableException;
import io.governance.GovernanceException;
import io.governance.config.Author;
import io.governance.config.ConfigManager;
import io.governance.config.ConflictException;
import io.governance.config.DocumentId;
import io.governance.config.HistoryEntry;
import io.governance.config.Publication;
import io.governance.config.Revision;
import io.governance.operations.ConfigOperations;
import io.governance.operations.PublishMode;
import io.governance.operations.UnknownVersionException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/**
 * The history of the documents that this application reads, and, where the access of the
 * endpoint is unrestricted, publishing, rolling back and deleting them. Other documents
 * do not exist here, and no content is ever shown.
 */
@EndpointWebExtension(endpoint = GovernanceConfigEndpoint.class)
public final class GovernanceConfigWriter {

	private static final int DEFAULT_LIMIT = 20;

	private static final int MAX_LIMIT = 1000;

	private static final int CONFLICT = 409;

	private final ConfigManager manager;

	private final ConfigOperations operations;

	GovernanceConfigWriter(ConfigManager manager, ConfigOperations operations) {
		this.manager = manager;
		this.operations = operations;
	}

	/**
	 * Who changed a document, when and why.
	 * @param group the document's group
	 * @param name the document's name
	 * @param limit how many versions at most, 1 to 1000; 20 if it is not given
	 * @return the versions, the newest first
	 */
	@ReadOperation
	public WebEndpointResponse<Object> history(@Selector String group, @Selector String name, @Nullable Integer limit) {
		int most = (limit != null) ? Math.max(1, Math.min(limit, MAX_LIMIT)) : DEFAULT_LIMIT;
		return answer(group, name,
				(id) -> this.operations.history(id, most).stream().map(GovernanceConfigWriter::version).toList());
	}

	private static Version version(HistoryEntry entry) {
		return new Version(entry.revision().value(), entry.time(), entry.author().name(), entry.author().comment(),
				entry.deletion() ? null : entry.digest());
	}

	/**
	 * Publishes a document that parses.
	 * @param group the document's group
	 * @param name the document's name
	 * @param content its new content
	 * @param expected the revision that it must have now, or {@code null} if any will do
	 * @param comment why, or {@code null}
	 * @param securityContext who does it
	 * @return the new revision
	 */
	@WriteOperation
	public WebEndpointResponse<Object> publish(@Selector String group, @Selector String name, String content,
			@Nullable String expected, @Nullable String comment, SecurityContext securityContext) {
		return answer(group, name,
				(id) -> write(Publication.put(id, content), expected, author(securityContext, comment)));
	}

	/**
	 * Publishes an earlier version again.
	 * @param group the document's group
	 * @param name the document's name
	 * @param version a revision or the beginning of a digest, as the history shows them,
	 * or {@code ~1} for the one before the newest
	 * @param comment why, or {@code null}
	 * @param securityContext who does it
	 * @return the new revision
	 */
	@WriteOperation
	public WebEndpointResponse<Object> rollback(@Selector String group, @Selector String name, @Selector String version,
			@Nullable String comment, SecurityContext securityContext) {
		return answer(group, name, (id) -> revision(this.operations.rollback(this.operations.entry(id, version),
				author(securityContext, comment), PublishMode.CHECKED)));
	}

	/**
	 * Deletes a document.
	 * @param group the document's group
	 * @param name the document's name
	 * @param expected the revision that it must have now, or {@code null} if any will do
	 * @param comment why, or {@code null}
	 * @param securityContext who does it
	 * @return the new revision
	 */
	@DeleteOperation
	public WebEndpointResponse<Object> delete(@Selector String group, @Selector String name, @Nullable String expected,
			@Nullable String comment, SecurityContext securityContext) {
		return answer(group, name, (id) -> write(Publication.delete(id), expected, author(securityContext, comment)));
	}

	private Object write(Publication publication, @Nullable String expected, Author author) {
		Publication guarded = (expected != null) ? publication.expecting(new Revision(expected)) : publication;
		return revision(this.operations.publish(List.of(guarded), author, PublishMode.CHECKED).get(0));
	}

	private static Object revision(Revision revision) {
		return Map.of("revision", revision.value());
	}

	private static Author author(SecurityContext securityContext, @Nullable String comment) {
		Principal principal = securityContext.getPrincipal();
		String name = (principal != null) ? principal.getName() : null;
		return new Author((name != null && !name.isBlank()) ? name : "actuator", (comment != null) ? comment : "");
	}

	private WebEndpointResponse<Object> answer(String group, String name, Function<DocumentId, Object> operation) {
		Optional<DocumentId> id = this.manager.layers()
			.stream()
			.filter((layer) -> layer.group().equals(group) && layer.name().equals(name))
			.findFirst();
		if (id.isEmpty()) {
			return new WebEndpointResponse<>(WebEndpointResponse.STATUS_NOT_FOUND);
		}
		try {
			return new WebEndpointResponse<>(operation.apply(id.get()));
		}
		catch (GovernanceException | UnsupportedOperationException | IllegalArgumentException ex) {
			return new WebEndpointResponse<>(Map.of("error", String.valueOf(ex.getMessage())), statusOf(ex));
		}
	}

	private static int statusOf(RuntimeException failure) {
		if (failure instanceof ConflictException) {
			return CONFLICT;
		}
		if (failure instanceof UnknownVersionException) {
			return WebEndpointResponse.STATUS_NOT_FOUND;
		}
		return (failure instanceof BackendUnavailableException) ? WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE
				: WebEndpointResponse.STATUS_BAD_REQUEST;
	}

	/**
	 * A version of a document.
	 *
	 * @param revision the revision
	 * @param time when it was published
	 * @param author who published it
	 * @param comment why
	 * @param digest the SHA-256 of its content, or {@code null} if it was deleted
	 */
	public record Version(String revision, Instant time, String author, String comment, @Nullable String digest) {
	}

}
