package io.governance.boot.actuate;

import java.io.UncheckedIOException;
import java.security.Principal;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

import io.governance.BackendUnavailableException;
import io.governance.GovernanceException;
import io.governance.config.Author;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigLayer;
import io.governance.config.ConflictException;
import io.governance.config.DocumentId;
import io.governance.config.HistoryEntry;
import io.governance.config.Publication;
import io.governance.config.Revision;
import io.governance.operations.ConfigOperations;
import io.governance.operations.ImportPlan;
import io.governance.operations.PartialImportException;
import io.governance.operations.PublishMode;
import io.governance.operations.UnknownVersionException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.SecurityContext;
import org.springframework.boot.actuate.endpoint.annotation.DeleteOperation;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.util.MimeType;

/**
 * The history and the versions of the documents that this application reads, and, where
 * the access of the endpoint is unrestricted, publishing, rolling back, deleting,
 * exporting and importing them. Other documents do not exist here. Values are masked as
 * in the endpoint itself; only an export holds documents as they are stored.
 */
@EndpointWebExtension(endpoint = GovernanceConfigEndpoint.class)
public final class GovernanceConfigWriter {

	private static final int DEFAULT_LIMIT = 20;

	private static final int MAX_LIMIT = 1000;

	/** Stands for the version that is stored. */
	private static final String NOW = "now";

	private static final String ARCHIVE = "archive";

	private static final MimeType ZIP = MimeType.valueOf("application/zip");

	private final ApplicationDocuments documents;

	private final ConfigOperations operations;

	private final VersionReport versions;

	private final ShownValues values;

	private final Access access;

	private final ArchiveTransfer archives;

	GovernanceConfigWriter(ApplicationDocuments documents, ConfigOperations operations, VersionReport versions,
			ShownValues values, Access access) {
		this.documents = documents;
		this.operations = operations;
		this.versions = versions;
		this.values = values;
		this.access = access;
		this.archives = new ArchiveTransfer(operations);
	}

	/**
	 * Who changed a document, when and why.
	 * @param group the document's group
	 * @param name the document's name
	 * @param namespace the document's namespace, or {@code null} for the application's
	 * @param limit how many versions at most, 1 to 1000; 20 if it is not given
	 * @return the versions, the newest first
	 */
	@ReadOperation
	public WebEndpointResponse<Object> history(@Selector String group, @Selector String name,
			@Nullable String namespace, @Nullable Integer limit) {
		int most = (limit != null) ? Math.max(1, Math.min(limit, MAX_LIMIT)) : DEFAULT_LIMIT;
		return answer(namespace, group, name,
				(layer) -> this.operations.history(layer.document(), most)
					.stream()
					.map(GovernanceConfigWriter::version)
					.toList());
	}

	private static Version version(HistoryEntry entry) {
		return new Version(entry.revision().value(), entry.time(), entry.author().name(), entry.author().comment(),
				entry.deletion() ? null : entry.digest());
	}

	/**
	 * The content of a version.
	 * @param group the document's group
	 * @param name the document's name
	 * @param version a revision or the beginning of a digest, as the history shows them,
	 * {@code ~1} for the one before the newest, or {@code now}
	 * @param namespace the document's namespace, or {@code null} for the application's
	 * @param securityContext who asks
	 * @return its keys and values
	 */
	@ReadOperation
	public WebEndpointResponse<Object> content(@Selector String group, @Selector String name, @Selector String version,
			@Nullable String namespace, SecurityContext securityContext) {
		return answer(namespace, group, name, (layer) -> this.versions.content(layer, document(layer, version),
				this.values.mayBeSeenBy(securityContext)));
	}

	/**
	 * What differs between two versions.
	 * @param group the document's group
	 * @param name the document's name
	 * @param from the older version
	 * @param to the newer version
	 * @param namespace the document's namespace, or {@code null} for the application's
	 * @param securityContext who asks
	 * @return the keys that differ
	 */
	@ReadOperation
	public WebEndpointResponse<Object> diff(@Selector String group, @Selector String name, @Selector String from,
			@Selector String to, @Nullable String namespace, SecurityContext securityContext) {
		return answer(namespace, group, name, (layer) -> this.versions.diff(layer, document(layer, from),
				document(layer, to), this.values.mayBeSeenBy(securityContext)));
	}

	private ConfigDocument document(ConfigLayer layer, String version) {
		DocumentId id = layer.document();
		if (!version.equals(NOW)) {
			return this.operations.version(this.operations.entry(id, version));
		}
		return this.operations.get(id)
			.orElseThrow(() -> new EndpointRefusal(WebEndpointResponse.STATUS_NOT_FOUND,
					"Document " + id + " does not exist"));
	}

	/**
	 * Publishes a document that this application can read.
	 * @param group the document's group
	 * @param name the document's name
	 * @param content its new content
	 * @param namespace the document's namespace, or {@code null} for the application's
	 * @param expected the revision that it must have now, or {@code null} if any will do
	 * @param comment why, or {@code null}
	 * @param securityContext who does it
	 * @return the new revision
	 */
	@WriteOperation
	public WebEndpointResponse<Object> publish(@Selector String group, @Selector String name, String content,
			@Nullable String namespace, @Nullable String expected, @Nullable String comment,
			SecurityContext securityContext) {
		return answer(namespace, group, name, (layer) -> write(Publication.put(layer.document(), content), expected,
				author(securityContext, comment)));
	}

	/**
	 * Publishes and deletes several documents, all of them or none.
	 * @param documents a JSON array of objects with {@code group}, {@code name} and
	 * {@code content} or {@code delete}, and {@code namespace} and {@code expected}
	 * @param comment why, or {@code null}
	 * @param securityContext who does it
	 * @return the new revisions by the ids of the documents
	 */
	@WriteOperation
	public WebEndpointResponse<Object> publishAll(String documents, @Nullable String comment,
			SecurityContext securityContext) {
		return answer(() -> {
			List<Publication> publications = PublishRequest.read(documents, this.documents);
			List<Revision> revisions = this.operations.publish(publications, author(securityContext, comment),
					PublishMode.CHECKED);
			Map<String, String> written = new LinkedHashMap<>();
			for (int i = 0; i < publications.size(); i++) {
				written.put(publications.get(i).id().toString(), revisions.get(i).value());
			}
			return new WebEndpointResponse<>(Map.of("revisions", written));
		});
	}

	/**
	 * Publishes an earlier version again.
	 * @param group the document's group
	 * @param name the document's name
	 * @param version a revision or the beginning of a digest, as the history shows them,
	 * or {@code ~1} for the one before the newest
	 * @param namespace the document's namespace, or {@code null} for the application's
	 * @param comment why, or {@code null}
	 * @param securityContext who does it
	 * @return the new revision
	 */
	@WriteOperation
	public WebEndpointResponse<Object> rollback(@Selector String group, @Selector String name, @Selector String version,
			@Nullable String namespace, @Nullable String comment, SecurityContext securityContext) {
		return answer(namespace, group, name,
				(layer) -> revision(this.operations.rollback(this.operations.entry(layer.document(), version),
						author(securityContext, comment), PublishMode.CHECKED)));
	}

	/**
	 * Deletes a document.
	 * @param group the document's group
	 * @param name the document's name
	 * @param namespace the document's namespace, or {@code null} for the application's
	 * @param expected the revision that it must have now, or {@code null} if any will do
	 * @param comment why, or {@code null}
	 * @param securityContext who does it
	 * @return the new revision
	 */
	@DeleteOperation
	public WebEndpointResponse<Object> delete(@Selector String group, @Selector String name, @Nullable String namespace,
			@Nullable String expected, @Nullable String comment, SecurityContext securityContext) {
		return answer(namespace, group, name,
				(layer) -> write(Publication.delete(layer.document()), expected, author(securityContext, comment)));
	}

	/**
	 * Exports the documents as they are stored, if the access is unrestricted: what is
	 * not encrypted there can be read.
	 * @param archive always {@code archive}
	 * @param namespace the namespace, or {@code null} for the application's
	 * @param comment why, or {@code null}
	 * @param securityContext who does it
	 * @return a zip file
	 */
	@ReadOperation(produces = { "application/zip", "application/json" })
	public WebEndpointResponse<Object> exportArchive(@Selector String archive, @Nullable String namespace,
			@Nullable String comment, SecurityContext securityContext) {
		return answer(() -> {
			checkArchive(archive);
			if (this.access != Access.UNRESTRICTED) {
				throw new EndpointRefusal(EndpointRefusal.FORBIDDEN,
						"Only with management.endpoint.governanceconfig.access=unrestricted");
			}
			byte[] zip = this.archives.export(this.documents.namespace(namespace), this.documents.in(namespace),
					author(securityContext, comment));
			return new WebEndpointResponse<>(new ByteArrayResource(zip), ZIP);
		});
	}

	/**
	 * Imports documents that were exported, from whatever namespace. What the archive
	 * does not hold is left alone.
	 * @param archive always {@code archive}
	 * @param content the zip file in Base64
	 * @param namespace the namespace, or {@code null} for the application's
	 * @param dryRun whether it is only told what would be done
	 * @param comment why, or {@code null}
	 * @param securityContext who does it
	 * @return what was done, by the ids of the documents
	 */
	@WriteOperation
	public WebEndpointResponse<Object> importArchive(@Selector String archive, String content,
			@Nullable String namespace, @Nullable Boolean dryRun, @Nullable String comment,
			SecurityContext securityContext) {
		return answer(() -> {
			checkArchive(archive);
			ImportPlan plan = this.archives.plan(content, this.documents.namespace(namespace),
					this.documents.in(namespace));
			if (!Boolean.TRUE.equals(dryRun)) {
				this.archives.apply(plan, author(securityContext, comment));
			}
			Map<String, String> steps = new LinkedHashMap<>();
			plan.steps()
				.forEach((step) -> steps.put(step.id().toString(), step.kind().name().toLowerCase(Locale.ROOT)));
			return new WebEndpointResponse<>(Map.of("documents", steps));
		});
	}

	private static void checkArchive(String selector) {
		if (!selector.equals(ARCHIVE)) {
			throw new EndpointRefusal(WebEndpointResponse.STATUS_NOT_FOUND, "There is no such thing");
		}
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

	private WebEndpointResponse<Object> answer(@Nullable String namespace, String group, String name,
			Function<ConfigLayer, Object> operation) {
		return answer(() -> new WebEndpointResponse<>(operation.apply(this.documents.find(namespace, group, name))));
	}

	private static WebEndpointResponse<Object> answer(Supplier<WebEndpointResponse<Object>> operation) {
		try {
			return operation.get();
		}
		catch (EndpointRefusal | GovernanceException | UnsupportedOperationException | IllegalArgumentException
				| UncheckedIOException ex) {
			return new WebEndpointResponse<>(Map.of("error", String.valueOf(ex.getMessage())), statusOf(ex),
					MimeType.valueOf("application/json"));
		}
	}

	private static int statusOf(Throwable failure) {
		if (failure instanceof PartialImportException && failure.getCause() != null) {
			return statusOf(failure.getCause());
		}
		if (failure instanceof EndpointRefusal refusal) {
			return refusal.status();
		}
		if (failure instanceof ConflictException) {
			return EndpointRefusal.CONFLICT;
		}
		if (failure instanceof UnknownVersionException) {
			return WebEndpointResponse.STATUS_NOT_FOUND;
		}
		if (failure instanceof UncheckedIOException) {
			return WebEndpointResponse.STATUS_INTERNAL_SERVER_ERROR;
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
