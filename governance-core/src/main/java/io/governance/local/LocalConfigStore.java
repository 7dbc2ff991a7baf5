package io.governance.local;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import io.governance.Subscription;
import io.governance.backend.support.ConnectionLog;
import io.governance.backend.support.Watches;
import io.governance.config.Author;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.ConfigStore;
import io.governance.config.ConflictException;
import io.governance.config.DocumentId;
import io.governance.config.HistoryEntry;
import io.governance.config.Publication;
import io.governance.config.PublishLimits;
import io.governance.config.Revision;
import io.governance.internal.FileNames;

/**
 * Documents as files, {@code config/{namespace}/{group}/{document}}, with their history
 * beside. They can be edited by hand as well as published; an edit that happens in the
 * very moment of a publish to the same document loses.
 * <p>
 * Publishing the content that a document has already changes nothing and leaves no entry
 * in the history.
 */
final class LocalConfigStore implements ConfigStore {

	static final PublishLimits LIMITS = new PublishLimits(1024 * 1024, 1_000, 64 * 1024 * 1024);

	static final int MAX_HISTORY = 100;

	private static final Duration DEADLINE = Duration.ofSeconds(5);

	private static final Duration PATIENCE = Duration.ofMillis(100);

	private static final int READS = 20;

	private final LocalDirectory directory;

	private final InstantSource clock;

	private final Watches<Set<DocumentId>, ConfigDocuments> watches;

	private final Journal journal;

	private final History history;

	private final DocumentReader reader;

	private final ProcessLock lock;

	LocalConfigStore(LocalDirectory directory, LocalSettings settings, InstantSource clock,
			Supplier<DirectoryWatcher> watchers, Executor listeners, ConnectionLog log) {
		this.directory = directory;
		this.clock = clock;
		this.journal = new Journal(directory);
		this.history = new History(directory, MAX_HISTORY);
		this.reader = new DocumentReader(directory, this.journal, this.history, clock);
		this.lock = new ProcessLock(directory, "config.lock");
		this.watches = new Watches<>(listeners, log, ConfigDocuments::sameContent,
				new ConfigWatches(directory, settings, watchers, this.reader, this::alone));
	}

	@Override
	public ConfigDocuments get(Set<DocumentId> ids) {
		checkNamespace(ids);
		long start = System.nanoTime();
		for (int reads = 1;; reads++) {
			open();
			DocumentReader.Snapshot snapshot = this.reader.read(ids);
			snapshot.failures().forEach((id, cause) -> {
				throw this.directory.unavailable("read", this.directory.document(id), cause);
			});
			if (snapshot.isWhole()) {
				return documents(snapshot);
			}
			List<DocumentReader.Snapshot> undisturbed = new ArrayList<>(1);
			if (reads % READS == 0 && alone(() -> undisturbed.add(this.reader.read(ids)))
					&& undisturbed.get(0).failures().isEmpty()) {
				return documents(undisturbed.get(0));
			}
			if (System.nanoTime() - start > DEADLINE.toNanos()) {
				throw this.directory.unavailable("read", this.directory.base(),
						new FileSystemException(null, null, "another process does not finish its publish"));
			}
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
		}
	}

	private static void checkNamespace(Set<DocumentId> ids) {
		if (ids.stream().map(DocumentId::namespace).distinct().count() > 1) {
			throw new IllegalArgumentException("Documents of several namespaces: read each namespace on its own");
		}
	}

	private static ConfigDocuments documents(DocumentReader.Snapshot snapshot) {
		List<ConfigDocument> documents = new ArrayList<>();
		snapshot.stored().values().forEach((stored) -> {
			if (stored.document() != null) {
				documents.add(stored.document());
			}
		});
		return ConfigDocuments.of(documents);
	}

	/**
	 * Runs something while nobody publishes, after finishing the publish of a process
	 * that died.
	 * @param action what to run
	 * @return whether it was run: not if somebody publishes for long, nor for who may
	 * only read
	 */
	private boolean alone(Runnable action) {
		try {
			return this.lock.call(PATIENCE, () -> {
				this.journal.recover();
				action.run();
				return true;
			}).isPresent();
		}
		catch (IOException ex) {
			return false;
		}
	}

	@Override
	public Subscription watch(Set<DocumentId> ids, ConfigListener listener) {
		checkNamespace(ids);
		String what = (ids.size() <= 3) ? ids.toString() : ids.size() + " documents";
		return this.watches.watch(Set.copyOf(ids), what, listener::onDocuments, listener::onConnection);
	}

	@Override
	public PublishLimits limits() {
		return LIMITS;
	}

	@Override
	public List<DocumentId> list(String namespace, String group) {
		new DocumentId(namespace, group, "any");
		Path home = this.directory.group(namespace, group);
		open();
		List<DocumentId> ids = new ArrayList<>();
		try {
			for (Path file : this.directory.entries(home)) {
				if (Files.isRegularFile(file) || leadsNowhere(file)) {
					idOf(namespace, group, file.getFileName().toString()).ifPresent(ids::add);
				}
			}
		}
		catch (IOException ex) {
			throw this.directory.unavailable("list", home, ex);
		}
		ids.sort(null);
		return List.copyOf(ids);
	}

	/** What is behind it cannot be reached, and is not absent. */
	private static boolean leadsNowhere(Path path) {
		return Files.isSymbolicLink(path) && !Files.exists(path);
	}

	@Override
	public List<String> groups(String namespace) {
		new DocumentId(namespace, DocumentId.DEFAULT, "any");
		Path home = this.directory.namespace(namespace);
		open();
		List<String> groups = new ArrayList<>();
		try {
			for (Path directory : this.directory.entries(home)) {
				FileNames.decode(directory.getFileName().toString())
					.filter((group) -> (Files.isDirectory(directory) || leadsNowhere(directory))
							&& isGroup(namespace, group))
					.ifPresent(groups::add);
			}
		}
		catch (IOException ex) {
			throw this.directory.unavailable("list", home, ex);
		}
		groups.sort(null);
		return List.copyOf(groups);
	}

	private boolean isGroup(String namespace, String group) {
		try {
			return !list(namespace, group).isEmpty();
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

	private static Optional<DocumentId> idOf(String namespace, String group, String fileName) {
		try {
			return FileNames.decode(fileName).map((name) -> new DocumentId(namespace, group, name));
		}
		catch (IllegalArgumentException ex) {
			// What editors leave beside a document, such as 'orders.yaml~', is none.
			return Optional.empty();
		}
	}

	@Override
	public List<Revision> publish(List<Publication> publications, Author author) {
		LIMITS.check(publications);
		try {
			return this.lock.call(DEADLINE, () -> publishLocked(publications, author))
				.orElseThrow(() -> new FileSystemException(null, null, "another process does not finish its publish"));
		}
		catch (IOException ex) {
			throw this.directory.unavailable("publish to", this.directory.base(), ex);
		}
	}

	private List<Revision> publishLocked(List<Publication> publications, Author author) throws IOException {
		this.journal.recover();
		List<DocumentId> ids = publications.stream().map(Publication::id).toList();
		DocumentReader.Snapshot current = this.reader.read(ids);
		for (IOException failure : current.failures().values()) {
			throw failure;
		}
		for (Publication publication : publications) {
			Revision expected = publication.expected();
			if (expected != null && !expected.equals(current.of(publication.id()).revision())) {
				throw new ConflictException(publication.id(), expected);
			}
		}
		Instant now = this.clock.instant();
		Journal.Transaction transaction = this.journal.begin();
		for (Publication publication : publications) {
			record(transaction, publication, current.of(publication.id()), author, now);
		}
		for (Publication publication : publications) {
			write(transaction, publication, current.of(publication.id()));
		}
		transaction.commit();
		ids.forEach(this.history::prune);
		return publications.stream()
			.map((publication) -> publication.deletes() ? Revision.ABSENT : Stored.revisionOf(publication.content()))
			.toList();
	}

	private void record(Journal.Transaction transaction, Publication publication, Stored before, Author author,
			Instant now) throws IOException {
		if (changes(publication, before)) {
			byte[] content = publication.deletes() ? null : publication.content();
			this.history.record(transaction, publication.id(), before, content, author, now);
		}
	}

	private void write(Journal.Transaction transaction, Publication publication, Stored before) throws IOException {
		Path file = this.directory.document(publication.id());
		if (!changes(publication, before)) {
			return;
		}
		if (publication.deletes()) {
			transaction.delete(file);
		}
		else {
			transaction.write(file, publication.content());
		}
	}

	private static boolean changes(Publication publication, Stored before) {
		ConfigDocument document = before.document();
		if (publication.deletes()) {
			return document != null;
		}
		return document == null || !Arrays.equals(document.content(), publication.content());
	}

	@Override
	public List<HistoryEntry> history(DocumentId id, int limit) {
		open();
		try {
			return List.copyOf(this.history.entries(id, limit));
		}
		catch (IOException ex) {
			throw this.directory.unavailable("read the history in", this.directory.history(id), ex);
		}
	}

	@Override
	public Optional<ConfigDocument> version(HistoryEntry entry) {
		open();
		try {
			return this.history.content(entry);
		}
		catch (IOException ex) {
			throw this.directory.unavailable("read the history in", this.directory.history(entry.id()), ex);
		}
	}

	private void open() {
		try {
			this.directory.open();
		}
		catch (IOException ex) {
			throw this.directory.unavailable("use", this.directory.base(), ex);
		}
	}

	@Override
	public void close() {
		this.watches.close();
	}

}
