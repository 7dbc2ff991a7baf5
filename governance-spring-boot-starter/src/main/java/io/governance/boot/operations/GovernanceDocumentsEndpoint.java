package io.governance.boot.operations;

import java.security.Principal;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

import io.governance.BackendUnavailableException;
import io.governance.config.Author;
import io.governance.config.ConfigDocument;
import io.governance.config.ConflictException;
import io.governance.config.DocumentId;
import io.governance.config.HistoryEntry;
import io.governance.config.InvalidConfigException;
import io.governance.config.Publication;
import io.governance.config.Revision;
import io.governance.operations.ConfigOperations;
import io.governance.operations.PublishMode;
import io.governance.operations.UnknownVersionException;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpoint;

/**
 * Shows the documents of the application's namespace and their history, and where access
 * is unrestricted publishes, deletes and rolls back. Off by default, and never reached
 * over JMX. Never shows what is in a document.
 */
@WebEndpoint(id = "governancedocuments", defaultAccess = Access.NONE)
public final class GovernanceDocumentsEndpoint {

	private static final int MAX_HISTORY = 100;

	private final ObjectProvider<ConfigOperations> operations;

	private final String namespace;

	GovernanceDocumentsEndpoint(ObjectProvider<ConfigOperations> operations, String namespace) {
		this.operations = operations;
		this.namespace = namespace;
	}

	/**
	 * The documents of all groups.
	 * @return their names, revisions and digests
	 */
	@ReadOperation
	public WebEndpointResponse<Object> documents() {
		return answer((operations) -> operations.export(this.namespace, Set.of())
			.documents()
			.documents()
			.values()
			.stream()
			.map(Document::of)
			.toList());
	}

	/**
	 * The history of a document.
	 * @param group its group
	 * @param name its name
	 * @return who changed it, when and why, the newest change first
	 */
	@ReadOperation
	public WebEndpointResponse<Object> history(@Selector String group, @Selector String name) {
		return answer(
				(operations) -> operations.history(id(group, name), MAX_HISTORY).stream().map(Version::of).toList());
	}

	/**
	 * Publishes a document. One that does not parse is refused.
	 * @param securityContext who does it
	 * @param group its group
	 * @param name its name
	 * @param content its new content
	 * @param expected the revision that it must have, {@code absent} if it must not
	 * exist; {@code null} for whatever is there
	 * @param comment why
	 * @return the new revision
	 */
	@WriteOperation
	public WebEndpointResponse<Object> publish(SecurityContext securityContext, @Selector String group,
			@Selector String name, String content, @Nullable String expected, @Nullable String comment) {
		return answer((operations) -> write(operations, Publication.put(id(group, name), content), expected,
				author(securityContext, comment)));
	}

	/**
	 * Deletes a document.
	 * @param securityContext who does it
	 * @param group its group
	 * @param name its name
	 * @param expected the revision that it must have; {@code null} for whatever is there
	 * @return the revision {@code absent}
	 */
	@DeleteOperation
	public WebEndpointResponse<Object> delete(SecurityContext securityContext, @Selector String group,
			@Selector String name, @Nullable String expected) {
		return answer((operations) -> write(operations, Publication.delete(id(group, name)), expected,
				author(securityContext, null)));
	}

	private static Written write(ConfigOperations operations, Publication publication, @Nullable String expected,
			Author author) {
		Publication guarded = (expected != null) ? publication.expecting(new Revision(expected)) : publication;
		return new Written(operations.publish(List.of(guarded), author, PublishMode.CHECKED).get(0).value());
	}

	/**
	 * Publishes an earlier version of a document again.
	 * @param securityContext who does it
	 * @param group its group
	 * @param name its name
	 * @param version a revision, the beginning of a digest, or {@code ~1} for the entry
	 * before the newest
	 * @param comment why
	 * @return the new revision
	 */
	@WriteOperation
	public WebEndpointResponse<Object> rollback(SecurityContext securityContext, @Selector String group,
			@Selector String name, @Selector String version, @Nullable String comment) {
		return answer((operations) -> {
			HistoryEntry entry = operations.entry(id(group, name), version);
			String why = (comment != null) ? comment : "rollback to " + entry.revision();
			return new Written(operations.rollback(entry, author(securityContext, why), PublishMode.CHECKED).value());
		});
	}

	private DocumentId id(String group, String name) {
		return new DocumentId(this.namespace, group, name);
	}

	private static Author author(SecurityContext securityContext, @Nullable String comment) {
		Principal principal = securityContext.getPrincipal();
		String name = (principal != null && principal.getName() != null) ? principal.getName() : "";
		return new Author(name.isBlank() ? "anonymous" : name, (comment != null) ? comment : "");
	}

	private WebEndpointResponse<Object> answer(Function<ConfigOperations, Object> action) {
		ConfigOperations available = this.operations.getIfAvailable();
		if (available == null) {
			return problem("The backend has no config store", 501);
		}
		try {
			return new WebEndpointResponse<>(action.apply(available));
		}
		catch (UnknownVersionException ex) {
			return problem(ex.getMessage(), 404);
		}
		catch (ConflictException ex) {
			return problem(ex.getMessage(), 409);
		}
		catch (InvalidConfigException | IllegalArgumentException ex) {
			return problem(ex.getMessage(), 400);
		}
		catch (UnsupportedOperationException ex) {
			return problem(ex.getMessage(), 501);
		}
		catch (BackendUnavailableException ex) {
			return problem(ex.getMessage(), 503);
		}
	}

	private static WebEndpointResponse<Object> problem(@Nullable String message, int status) {
		return new WebEndpointResponse<>(new Problem(String.valueOf(message)), status);
	}

	/**
	 * A document.
	 *
	 * @param group its group
	 * @param name its name
	 * @param revision its revision
	 * @param digest the SHA-256 of its content
	 * @param size its size in bytes
	 */
	public record Document(String group, String name, String revision, String digest, int size) {

		static Document of(ConfigDocument document) {
			return new Document(document.id().group(), document.id().name(), document.revision().value(),
					document.digest(), document.size());
		}

	}

	/**
	 * A version of a document.
	 *
	 * @param time when it was published
	 * @param author who did it
	 * @param comment why
	 * @param revision its revision, {@code absent} for a deletion
	 * @param digest the SHA-256 of its content
	 */
	public record Version(Instant time, String author, String comment, String revision, String digest) {

		static Version of(HistoryEntry entry) {
			return new Version(entry.time(), entry.author().name(), entry.author().comment(), entry.revision().value(),
					entry.digest());
		}

	}

	/**
	 * What was written.
	 *
	 * @param revision the new revision
	 */
	public record Written(String revision) {
	}

	/**
	 * Why something was not done.
	 *
	 * @param message the reason, without any value
	 */
	public record Problem(String message) {
	}

}
