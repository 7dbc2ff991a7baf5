package io.governance.local;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.function.Supplier;

import io.governance.Subscription;
import io.governance.backend.support.Watches;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.DocumentId;
import org.jspecify.annotations.Nullable;

/**
 * All watches of documents, on the thread of the {@link DirectoryWatcher}. A document is
 * taken when its file has been still for the settle time, and at once if it was renamed
 * onto the one that was there, or if it is what was published last. One that is written
 * to without a pause of that length is not taken until the writer is done. Whatever is
 * taken is delivered with the whole set that it belongs to.
 */
final class ConfigWatches implements Watches.Source<Set<DocumentId>, ConfigDocuments> {

	private static final Duration RETRY = Duration.ofMillis(1);

	private static final Duration LATE_RETRY = Duration.ofMillis(50);

	private static final int RETRIES = 20;

	private static final Duration PATIENCE = Duration.ofSeconds(2);

	private final LocalDirectory directory;

	private final LocalSettings settings;

	private final Supplier<DirectoryWatcher> watchers;

	private final DocumentReader reader;

	private final Predicate<Runnable> alone;

	/* What follows belongs to the watcher's thread. */

	private final Map<Watches.Sink<ConfigDocuments>, Set<DocumentId>> watches = new LinkedHashMap<>();

	private final Map<DocumentId, WatchedDocument> documents = new HashMap<>();

	private final Map<Path, WatchedGroup> groups = new HashMap<>();

	private final Set<WatchedDocument> due = new HashSet<>();

	private @Nullable Future<?> rescan;

	private @Nullable Future<?> settleTimer;

	private @Nullable Future<?> retry;

	private int waits;

	private long waitingSince;

	ConfigWatches(LocalDirectory directory, LocalSettings settings, Supplier<DirectoryWatcher> watchers,
			DocumentReader reader, Predicate<Runnable> alone) {
		this.directory = directory;
		this.settings = settings;
		this.watchers = watchers;
		this.reader = reader;
		this.alone = alone;
	}

	private DirectoryWatcher watcher() {
		return this.watchers.get();
	}

	/**
	 * Begins a watch. May be called from any thread.
	 */
	@Override
	public Subscription watch(Set<DocumentId> ids, Watches.Sink<ConfigDocuments> sink) {
		DirectoryWatcher watcher = watcher();
		watcher.execute(() -> add(sink, ids));
		return () -> watcher.execute(() -> remove(sink));
	}

	private void add(Watches.Sink<ConfigDocuments> sink, Set<DocumentId> ids) {
		this.watches.put(sink, ids);
		for (DocumentId id : ids) {
			WatchedDocument document = this.documents.get(id);
			if (document == null) {
				document = new WatchedDocument(id, this.directory.document(id));
				this.documents.put(id, document);
				this.due.add(document);
				WatchedGroup group = this.groups.computeIfAbsent(document.file.getParent(), WatchedGroup::new);
				group.documents.put(document.file.getFileName().toString(), document);
				group.ensure();
				document.begin();
			}
			document.watches++;
		}
		if (this.rescan == null) {
			this.rescan = watcher().repeat(this::rescan, this.settings.rescan());
		}
		take();
	}

	private void remove(Watches.Sink<ConfigDocuments> sink) {
		Set<DocumentId> ids = this.watches.remove(sink);
		if (ids == null) {
			return;
		}
		for (DocumentId id : ids) {
			WatchedDocument document = Objects.requireNonNull(this.documents.get(id));
			if (--document.watches == 0) {
				this.documents.remove(id);
				this.due.remove(document);
				WatchedGroup group = Objects.requireNonNull(this.groups.get(document.file.getParent()));
				group.documents.remove(document.file.getFileName().toString());
				if (group.documents.isEmpty()) {
					group.place.forget();
					this.groups.remove(document.file.getParent());
				}
			}
		}
		if (this.watches.isEmpty() && this.rescan != null) {
			this.rescan.cancel(false);
			this.rescan = null;
		}
	}

	/** Looks at everything, should the operating system have missed telling a change. */
	private void rescan() {
		this.groups.values().forEach(WatchedGroup::ensure);
		long now = System.nanoTime();
		for (WatchedDocument document : this.documents.values()) {
			if (document.failure != null) {
				this.due.add(document);
			}
			else if (!document.settling && !this.due.contains(document)
					&& (document.taken.recent() || !Objects.equals(document.look(), document.taken.fingerprint()))) {
				settle(document, now);
			}
		}
		takeIfDue();
	}

	private void settle(WatchedDocument document) {
		settle(document, System.nanoTime());
	}

	/**
	 * Has a document settle.
	 * @param now the same for all that are found to have changed at once, so that they
	 * are taken at once too
	 */
	private void settle(WatchedDocument document, long now) {
		this.due.remove(document);
		document.settling = true;
		document.stillSince = now;
		document.still = document.look();
		if (this.settleTimer == null) {
			this.settleTimer = watcher().schedule(this::settled, this.settings.settle());
		}
	}

	private void settled() {
		this.settleTimer = null;
		long now = System.nanoTime();
		long wait = Long.MAX_VALUE;
		for (WatchedDocument document : this.documents.values()) {
			if (!document.settling || this.due.contains(document)) {
				continue;
			}
			long left = this.settings.settle().toNanos() - (now - document.stillSince);
			if (left <= 0) {
				Fingerprint fingerprint = document.look();
				if (Objects.equals(fingerprint, document.still)) {
					this.due.add(document);
					continue;
				}
				document.still = fingerprint;
				document.stillSince = now;
				left = this.settings.settle().toNanos();
			}
			wait = Math.min(wait, left);
		}
		if (wait != Long.MAX_VALUE) {
			this.settleTimer = watcher().schedule(this::settled, Duration.ofNanos(wait));
		}
		takeIfDue();
	}

	private void takeIfDue() {
		if (!this.due.isEmpty()) {
			take();
		}
	}

	private void take() {
		DocumentReader.Snapshot snapshot = read();
		if (snapshot.isWhole()) {
			accept(snapshot);
			return;
		}
		long now = System.nanoTime();
		this.waitingSince = (this.waits++ == 0) ? now : this.waitingSince;
		if (this.waits % RETRIES == 0 && this.alone.test(() -> accept(read()))) {
			return;
		}
		boolean late = now - this.waitingSince > PATIENCE.toNanos();
		if (late) {
			this.watches.keySet().forEach((sink) -> sink.lost("another process does not finish its publish"));
		}
		if (this.retry == null) {
			this.retry = watcher().schedule(() -> {
				this.retry = null;
				take();
			}, late ? LATE_RETRY : RETRY);
		}
	}

	private DocumentReader.Snapshot read() {
		return this.reader.read(this.documents.keySet(), this::known, this::wasRead);
	}

	/**
	 * Takes what is due.
	 * @param snapshot what is there, with no publish under way: what moves in it is
	 * edited by hand
	 */
	private void accept(DocumentReader.Snapshot snapshot) {
		this.waits = 0;
		Set<WatchedDocument> taken = Set.copyOf(this.due);
		this.due.clear();
		long now = System.nanoTime();
		boolean news = this.documents.values().stream().anyMatch((document) -> isNews(document, taken, snapshot));
		for (WatchedDocument document : this.documents.values()) {
			document.failure = snapshot.failures().get(document.id);
			if (document.failure == null) {
				Stored stored = snapshot.of(document.id);
				if (snapshot.moving().contains(document.id)) {
					settle(document, now);
				}
				else if (snapshot.published().contains(document.id)) {
					// Perhaps together with another one that is taken now.
					document.take(stored);
				}
				else if (taken.contains(document) || !document.known) {
					takeDue(document, stored, news, now);
				}
				else if (isNews(document, taken, snapshot)) {
					settle(document, now);
				}
			}
		}
		deliver();
	}

	/** Whether nothing has told yet that a document has changed. */
	private boolean isNews(WatchedDocument document, Set<WatchedDocument> taken, DocumentReader.Snapshot snapshot) {
		return document.known && !document.settling && !taken.contains(document)
				&& !snapshot.failures().containsKey(document.id) && !snapshot.moving().contains(document.id)
				&& !snapshot.published().contains(document.id)
				&& !Objects.equals(snapshot.of(document.id).fingerprint(), document.taken.fingerprint());
	}

	private @Nullable Stored known(DocumentId id) {
		WatchedDocument document = Objects.requireNonNull(this.documents.get(id));
		return (this.due.contains(document) || !document.known) ? null : document.taken;
	}

	private boolean wasRead(DocumentId id) {
		return Objects.requireNonNull(this.documents.get(id)).known;
	}

	/** What has settled may belong to news, and be only a part of it. */
	private void takeDue(WatchedDocument document, Stored stored, boolean news, long now) {
		if (document.settling && (news || !Objects.equals(stored.fingerprint(), document.still))) {
			settle(document, now);
		}
		else {
			document.take(stored);
		}
	}

	private void deliver() {
		for (Map.Entry<Watches.Sink<ConfigDocuments>, Set<DocumentId>> watch : this.watches.entrySet()) {
			List<ConfigDocument> current = new ArrayList<>();
			String failure = null;
			boolean complete = true;
			for (DocumentId id : watch.getValue()) {
				WatchedDocument document = Objects.requireNonNull(this.documents.get(id));
				if (document.failure != null) {
					failure = this.directory.explain("read", document.file, document.failure);
				}
				complete &= document.known;
				if (document.taken.document() != null) {
					current.add(document.taken.document());
				}
			}
			if (failure != null) {
				watch.getKey().lost(failure);
			}
			else if (complete) {
				watch.getKey().offer(ConfigDocuments.of(current));
			}
		}
	}

	/** A directory of documents. */
	private final class WatchedGroup implements DirectoryWatcher.Listener {

		private final Path path;

		private final Map<String, WatchedDocument> documents = new HashMap<>();

		private final DirectoryWatcher.Place place;

		/** Whether a document has appeared, which need not settle if it was published. */
		private boolean appeared;

		WatchedGroup(Path path) {
			this.path = path;
			this.place = watcher().place(path, this, StandardWatchEventKinds.ENTRY_CREATE,
					StandardWatchEventKinds.ENTRY_MODIFY, StandardWatchEventKinds.ENTRY_DELETE);
		}

		void ensure() {
			try {
				ConfigWatches.this.directory.open();
				ConfigWatches.this.directory.create(this.path);
			}
			catch (IOException ex) {
				// Perhaps it may only be read. Whether it can be is found out by reading.
			}
			if (this.place.ensure()) {
				this.documents.values().forEach((document) -> document.begin());
			}
		}

		/*
		 * A name that appears although nothing has told that it had gone was renamed onto
		 * the old one. Whoever creates a file anew has to remove the old one first.
		 */
		@Override
		public void onCreated(String name) {
			WatchedDocument document = this.documents.get(name);
			if (document != null) {
				if (document.isReplaced() && document.exists) {
					document.settling = false;
					ConfigWatches.this.due.add(document);
				}
				else {
					settle(document);
					this.appeared = true;
				}
				document.exists = true;
			}
		}

		@Override
		public void onModified(String name) {
			WatchedDocument document = this.documents.get(name);
			if (document != null) {
				document.exists = true;
				settle(document);
			}
		}

		@Override
		public void onDeleted(String name) {
			WatchedDocument document = this.documents.get(name);
			if (document != null) {
				document.exists = false;
				settle(document);
			}
		}

		@Override
		public void onLost() {
			this.documents.values().forEach((document) -> {
				document.begin();
				settle(document);
			});
		}

		@Override
		public void onEnd() {
			if (this.appeared || !ConfigWatches.this.due.isEmpty()) {
				this.appeared = false;
				take();
			}
		}

	}

}
