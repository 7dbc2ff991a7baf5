package io.governance.operations;

import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import io.governance.GovernanceException;
import io.governance.backend.Backend;
import io.governance.backend.Capability;
import io.governance.config.Author;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigLayer;
import io.governance.config.ConfigStore;
import io.governance.config.ConflictException;
import io.governance.config.DocumentId;
import io.governance.config.HistoryEntry;
import io.governance.config.InvalidConfigException;
import io.governance.config.Publication;
import io.governance.config.Revision;
import org.jspecify.annotations.Nullable;

/**
 * What people and programs do with the documents of a backend. Whatever is written is
 * checked before and told to the audit afterwards. Thread-safe, if the listeners are.
 */
public final class ConfigOperations {

	private final ConfigStore store;

	private final Set<Capability> capabilities;

	private final String backend;

	private final DocumentChecks checks;

	private final InstantSource clock;

	private final AuditTrail audit;

	private final Versions versions;

	/**
	 * Creates operations.
	 * @param backend where the documents are
	 * @param checks what a document must be
	 * @param listeners who is told of what was written
	 * @param clock tells the time of audit events and exports
	 * @throws UnsupportedOperationException if the backend has no config store
	 */
	public ConfigOperations(Backend backend, DocumentChecks checks, List<? extends ConfigAuditListener> listeners,
			InstantSource clock) {
		this.store = backend.config();
		this.capabilities = backend.capabilities();
		this.backend = backend.name();
		this.checks = checks;
		this.clock = clock;
		this.audit = new AuditTrail(this.backend, listeners, clock);
		this.versions = new Versions(this.store);
	}

	private ConfigOperations(ConfigOperations like, DocumentChecks checks) {
		this.store = like.store;
		this.capabilities = like.capabilities;
		this.backend = like.backend;
		this.checks = checks;
		this.clock = like.clock;
		this.audit = like.audit;
		this.versions = like.versions;
	}

	/**
	 * Operations with the standard checks that are told to the {@link AuditLog} alone.
	 * @param backend where the documents are
	 * @return the operations
	 */
	public static ConfigOperations of(Backend backend) {
		return new ConfigOperations(backend, DocumentChecks.standard(), List.of(new AuditLog()),
				InstantSource.system());
	}

	/**
	 * The store of the backend, with the same checks and the same audit. Closing it does
	 * nothing: it is the backend that is closed.
	 * @return the store
	 */
	public ConfigStore store() {
		return new AuditedConfigStore(this.store, this);
	}

	/**
	 * The same operations, which know besides how some documents are read, so that what
	 * cannot be read so is refused, whatever the names of the documents tell.
	 * @param layers how those documents are read
	 * @return the operations
	 */
	public ConfigOperations reading(Collection<ConfigLayer> layers) {
		return new ConfigOperations(this, this.checks.reading(layers));
	}

	/**
	 * What the backend can do.
	 * @return its capabilities
	 */
	public Set<Capability> capabilities() {
		return this.capabilities;
	}

	/**
	 * Reads a document.
	 * @param id the document
	 * @return the document, or empty if it does not exist
	 */
	public Optional<ConfigDocument> get(DocumentId id) {
		return this.store.get(Set.of(id)).find(id);
	}

	/**
	 * Writes and deletes documents, all of them or none.
	 * @param publications what to write and to delete
	 * @param author who does it
	 * @param mode whether what is written is checked
	 * @return the new revisions, in the given order
	 * @throws InvalidConfigException if a document does not parse
	 * @throws ConflictException if a document is not at the revision that was expected
	 * @throws UnsupportedOperationException if the backend cannot do it, such as several
	 * documents at once
	 * @throws IllegalArgumentException if it is too much at once
	 * @throws io.governance.BackendUnavailableException if the backend did not answer;
	 * whether it has written is not known then
	 */
	public List<Revision> publish(List<Publication> publications, Author author, PublishMode mode) {
		return write(publications, author, mode, ConfigAuditEvent.Action.PUBLISH, ConfigAuditEvent.Action.DELETE);
	}

	private List<Revision> write(List<Publication> publications, Author author, PublishMode mode,
			ConfigAuditEvent.Action put, ConfigAuditEvent.Action delete) {
		AuditTrail.Attempt attempt = this.audit.attempt(publications, author, mode, put, delete);
		return attempt.run(() -> {
			check(publications, mode);
			checkTogether(publications);
			return this.store.publish(publications, author);
		});
	}

	private void check(List<Publication> publications, PublishMode mode) {
		for (Publication publication : publications) {
			if (!publication.deletes()) {
				if (mode == PublishMode.CHECKED) {
					this.checks.check(publication.id(), publication.content(),
							(name) -> referred(publication.id(), name, publications));
				}
				this.store.limits().check(List.of(publication));
				checkEmpty(publication);
			}
		}
	}

	/** The text of a document that another one in its group refers to. */
	private @Nullable String referred(DocumentId from, String name, List<Publication> publications) {
		DocumentId id = new DocumentId(from.namespace(), from.group(), name);
		for (Publication publication : publications) {
			if (publication.id().equals(id)) {
				return publication.deletes() ? null
						: ConfigDocument.of(id, publication.content(), Revision.ABSENT).text();
			}
		}
		return get(id).map(ConfigDocument::text).orElse(null);
	}

	private void checkEmpty(Publication publication) {
		if (!this.capabilities.contains(Capability.EMPTY_DOCUMENTS)
				&& new String(publication.content(), StandardCharsets.UTF_8).isBlank()) {
			throw new UnsupportedOperationException("Backend '" + this.backend + "' keeps no empty documents: delete "
					+ publication.id() + " instead, or let it hold at least a comment");
		}
	}

	private void checkTogether(List<Publication> publications) {
		if (publications.size() > 1 && !this.capabilities.contains(Capability.ATOMIC_PUBLISH)) {
			throw new UnsupportedOperationException("Backend '" + this.backend + "' cannot publish "
					+ publications.size() + " documents together, all or none: publish them one by one");
		}
	}

	/**
	 * Who changed a document, when and why.
	 * @param id the document
	 * @param limit how many entries at most
	 * @return the entries, the newest first
	 * @throws UnsupportedOperationException if the backend keeps no history
	 */
	public List<HistoryEntry> history(DocumentId id, int limit) {
		return this.store.history(id, limit);
	}

	/**
	 * Finds an entry of a document's history.
	 * @param id the document
	 * @param version a revision; the beginning of a digest, six characters or more;
	 * {@code ~1} for the entry before the newest one, {@code ~2} for the one before that
	 * @return the newest entry that fits
	 * @throws UnknownVersionException if there is none, or several differ
	 */
	public HistoryEntry entry(DocumentId id, String version) {
		return this.versions.entry(id, version);
	}

	/**
	 * Finds the newest entry whose content is not what the document holds now.
	 * @param id the document
	 * @return the entry
	 * @throws UnknownVersionException if there is none
	 */
	public HistoryEntry previous(DocumentId id) {
		return this.versions.previous(id, get(id).map(ConfigDocument::digest).orElse(""));
	}

	/**
	 * The document as it was at an entry of its history.
	 * @param entry the entry
	 * @return the document
	 * @throws UnknownVersionException if the document was deleted then, or its content is
	 * no longer kept
	 */
	public ConfigDocument version(HistoryEntry entry) {
		return this.versions.content(entry);
	}

	/**
	 * Publishes the content of an entry of the history again, as a new version, unless it
	 * is what the document holds.
	 * @param entry the entry
	 * @param author who does it
	 * @param mode whether the old content is checked
	 * @return the new revision
	 * @throws UnknownVersionException if the document was deleted then, or its content is
	 * no longer kept
	 * @throws ConflictException if somebody else has written meanwhile
	 */
	public Revision rollback(HistoryEntry entry, Author author, PublishMode mode) {
		ConfigDocument old = version(entry);
		Optional<ConfigDocument> now = get(entry.id());
		if (now.isPresent() && now.get().digest().equals(old.digest())) {
			return now.get().revision();
		}
		Publication publication = guarded(Publication.put(entry.id(), old.content()),
				now.map(ConfigDocument::revision).orElse(Revision.ABSENT));
		return write(List.of(publication), author, mode, ConfigAuditEvent.Action.ROLLBACK,
				ConfigAuditEvent.Action.DELETE)
			.get(0);
	}

	/**
	 * Makes a variant the document: publishes its text as that of the document, and
	 * deletes the variant; together where the backend can, otherwise in this order, and
	 * only if the variant still is what was promoted. All others get what was tried.
	 * Whoever has the variant sees no change, unless another variant of the document is
	 * for them, too: that one takes its place.
	 * @param document the document
	 * @param variant the name of the variant
	 * @param author who does it
	 * @param mode whether the text is checked
	 * @return the new revision of the document
	 * @throws UnknownVersionException if there is no such variant
	 * @throws IllegalArgumentException if no variant can have that name
	 * @throws ConflictException if somebody else has written one of them meanwhile;
	 * nothing is written then
	 * @throws PartialPromotionException if the backend cannot publish two documents
	 * together, the document is written, and the variant is not deleted: because somebody
	 * else has changed it meanwhile, or because that failed. Not to be repeated, for that
	 * would write over what others have made of the document since; the variant is to be
	 * {@linkplain #abort aborted}
	 */
	public Revision promote(DocumentId document, String variant, Author author, PublishMode mode) {
		ConfigDocuments now = this.store.get(Set.of(document, document.variant(variant)));
		ConfigDocument promoted = existing(now, document, variant);
		Optional<ConfigDocument> old = now.find(document);
		Publication deletion = guarded(Publication.delete(promoted.id()), promoted.revision());
		if (old.isPresent() && old.get().digest().equals(promoted.digest())) {
			writeAs(ConfigAuditEvent.Action.PROMOTE, List.of(deletion), author, mode);
			return old.get().revision();
		}
		Publication publication = guarded(Publication.put(document, promoted.content()),
				old.map(ConfigDocument::revision).orElse(Revision.ABSENT));
		if (this.capabilities.contains(Capability.ATOMIC_PUBLISH)) {
			return writeAs(ConfigAuditEvent.Action.PROMOTE, List.of(publication, deletion), author, mode).get(0);
		}
		Revision revision = writeAs(ConfigAuditEvent.Action.PROMOTE, List.of(publication), author, mode).get(0);
		deletePromoted(document, promoted, author, mode);
		return revision;
	}

	/** Deletes what was promoted, but nothing that somebody has made of it since. */
	private void deletePromoted(DocumentId document, ConfigDocument promoted, Author author, PublishMode mode) {
		try {
			Optional<ConfigDocument> now = get(promoted.id());
			if (now.isEmpty()) {
				return;
			}
			Publication deletion = guarded(Publication.delete(promoted.id()), now.get().revision());
			this.audit
				.attempt(List.of(deletion), author, mode, ConfigAuditEvent.Action.PROMOTE,
						ConfigAuditEvent.Action.PROMOTE)
				.check(() -> {
					if (!now.get().digest().equals(promoted.digest())) {
						throw new ConflictException(promoted.id(), promoted.revision());
					}
				});
			writeAs(ConfigAuditEvent.Action.PROMOTE, List.of(deletion), author, mode);
		}
		catch (RuntimeException ex) {
			throw new PartialPromotionException(document, promoted.id(), ex);
		}
	}

	/**
	 * Gives a variant up: deletes it, so that whoever has it goes back to the document,
	 * or to another variant of it that is for them, too.
	 * @param document the document
	 * @param variant the name of the variant
	 * @param author who does it
	 * @throws UnknownVersionException if there is no such variant
	 * @throws IllegalArgumentException if no variant can have that name
	 * @throws ConflictException if somebody else has written it meanwhile
	 */
	public void abort(DocumentId document, String variant, Author author) {
		ConfigDocument given = existing(this.store.get(Set.of(document.variant(variant))), document, variant);
		writeAs(ConfigAuditEvent.Action.ABORT, List.of(guarded(Publication.delete(given.id()), given.revision())),
				author, PublishMode.CHECKED);
	}

	private static ConfigDocument existing(ConfigDocuments documents, DocumentId document, String variant) {
		DocumentId id = document.variant(variant);
		return documents.find(id)
			.orElseThrow(() -> UnknownVersionException.of(document, variant,
					"the document " + id + " does not exist; it was promoted or aborted before, or has another name"));
	}

	private List<Revision> writeAs(ConfigAuditEvent.Action action, List<Publication> publications, Author author,
			PublishMode mode) {
		return write(publications, author, mode, action, action);
	}

	/** Expects a revision, if the backend can compare it. */
	private Publication guarded(Publication publication, Revision read) {
		boolean creates = read.equals(Revision.ABSENT);
		Capability needed = publication.deletes() ? Capability.CONDITIONAL_DELETE : Capability.CONDITIONAL_CREATE;
		boolean can = (!publication.deletes() && !creates) || this.capabilities.contains(needed);
		return can ? publication.expecting(read) : publication;
	}

	/**
	 * Reads the documents of a namespace, all at one revision where the backend can.
	 * @param namespace the namespace
	 * @param groups the groups; none for all that there are
	 * @return the documents
	 * @throws UnsupportedOperationException if the backend cannot list
	 */
	public ConfigDocuments documents(String namespace, Collection<String> groups) {
		return in(namespace, groups(namespace, groups));
	}

	private Set<String> groups(String namespace, Collection<String> groups) {
		return new TreeSet<>(groups.isEmpty() ? this.store.groups(namespace) : groups);
	}

	private ConfigDocuments in(String namespace, Set<String> groups) {
		Set<DocumentId> ids = new TreeSet<>();
		groups.forEach((group) -> ids.addAll(this.store.list(namespace, group)));
		return this.store.get(ids);
	}

	/**
	 * Copies the documents of a namespace, all at one revision where the backend can.
	 * Each copied document is told to the audit.
	 * @param namespace the namespace
	 * @param groups the groups; none for all that there are
	 * @param author who does it, and why
	 * @return the documents, to be written to a directory or a zip file
	 * @throws UnsupportedOperationException if the backend cannot list
	 */
	public ConfigArchive export(String namespace, Collection<String> groups, Author author) {
		Set<String> wanted = groups(namespace, groups);
		return export(new ConfigArchive(namespace, this.clock.instant(), wanted, in(namespace, wanted)), author);
	}

	/**
	 * Copies some documents of a namespace as {@link #export} does. An import of them
	 * prunes nothing, since no group is whole.
	 * @param namespace the namespace
	 * @param ids the documents, all of that namespace; those that do not exist are left
	 * out
	 * @param author who does it, and why
	 * @return the documents, to be written to a directory or a zip file
	 */
	public ConfigArchive exportOnly(String namespace, Set<DocumentId> ids, Author author) {
		return export(new ConfigArchive(namespace, this.clock.instant(), Set.of(), this.store.get(ids)), author);
	}

	private ConfigArchive export(ConfigArchive archive, Author author) {
		this.audit.exported(archive.documents().documents().values(), author);
		return archive;
	}

	/**
	 * Compares an archive with what is there: the dry run of an import.
	 * @param archive the archive
	 * @param namespace where its documents are to go, whatever namespace they come from
	 * @param prune whether documents of the archive's groups that are not in it are
	 * deleted
	 * @return what would be written
	 */
	public ImportPlan plan(ConfigArchive archive, String namespace, boolean prune) {
		TreeMap<DocumentId, ConfigDocument> wanted = new TreeMap<>();
		archive.documents()
			.documents()
			.values()
			.forEach((document) -> wanted.put(moved(document.id(), namespace), document));
		Set<DocumentId> ids = new LinkedHashSet<>(wanted.keySet());
		if (prune) {
			archive.groups().forEach((group) -> ids.addAll(this.store.list(namespace, group)));
		}
		ConfigDocuments now = this.store.get(ids);
		List<ImportPlan.Step> steps = new ArrayList<>();
		for (DocumentId id : new TreeSet<>(ids)) {
			step(id, wanted.get(id), now.find(id)).ifPresent(steps::add);
		}
		return new ImportPlan(namespace, steps);
	}

	private static DocumentId moved(DocumentId id, String namespace) {
		return new DocumentId(namespace, id.group(), id.name());
	}

	private Optional<ImportPlan.Step> step(DocumentId id, @Nullable ConfigDocument wanted,
			Optional<ConfigDocument> now) {
		if (wanted == null) {
			return now.map((document) -> new ImportPlan.Step(ImportPlan.Kind.DELETE,
					guarded(Publication.delete(id), document.revision())));
		}
		Publication put = Publication.put(id, wanted.content());
		if (now.isEmpty()) {
			return Optional.of(new ImportPlan.Step(ImportPlan.Kind.CREATE, guarded(put, Revision.ABSENT)));
		}
		boolean same = now.get().digest().equals(wanted.digest());
		return Optional.of(new ImportPlan.Step(same ? ImportPlan.Kind.KEEP : ImportPlan.Kind.CHANGE,
				guarded(put, now.get().revision())));
	}

	/**
	 * Writes what a plan says, in as few publications as the backend takes. All documents
	 * are checked before the first one is written, and each is written only if it still
	 * is what the plan has seen, as far as the backend can compare.
	 * @param plan the plan
	 * @param author who does it
	 * @param mode whether the documents are checked
	 * @return how many publications it took
	 * @throws InvalidConfigException if a document does not parse; nothing is written
	 * then
	 * @throws PartialImportException if a publication fails after others were done
	 * @throws GovernanceException if the first publication fails
	 */
	public int apply(ImportPlan plan, Author author, PublishMode mode) {
		List<Publication> changes = new ArrayList<>(plan.changes());
		// Gray rules come after the documents that they may refer to.
		changes.sort(Comparator.comparing((Publication change) -> this.checks.isGrayDocument(change.id())));
		this.audit.attempt(changes, author, mode, ConfigAuditEvent.Action.IMPORT, ConfigAuditEvent.Action.PRUNE)
			.check(() -> check(changes, mode));
		List<List<Publication>> batches = Batches.of(changes, this.store.limits(),
				this.capabilities.contains(Capability.ATOMIC_PUBLISH));
		List<DocumentId> done = new ArrayList<>();
		for (List<Publication> batch : batches) {
			try {
				write(batch, author, mode, ConfigAuditEvent.Action.IMPORT, ConfigAuditEvent.Action.PRUNE);
			}
			catch (GovernanceException | UnsupportedOperationException | IllegalArgumentException ex) {
				if (done.isEmpty()) {
					throw ex;
				}
				throw new PartialImportException(done, changes.size(), ex);
			}
			batch.forEach((publication) -> done.add(publication.id()));
		}
		return batches.size();
	}

}
