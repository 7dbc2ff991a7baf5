package io.governance.local;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

import io.governance.config.ConfigDocument;
import io.governance.config.DocumentId;
import org.jspecify.annotations.Nullable;

/**
 * Reads documents as they were at one moment. All fingerprints are taken before and after
 * reading, and whether a publish is under way in between: if no fingerprint has changed,
 * that moment in between is one at which all of this was there together. Thread-safe.
 */
final class DocumentReader {

	/*
	 * Whether a document is too large is decided by whoever parses it, who can say so.
	 * This bound only guards the memory.
	 */
	private static final int READ_LIMIT = 16 * 1024 * 1024;

	private final LocalDirectory directory;

	private final Journal journal;

	private final History history;

	private final InstantSource clock;

	DocumentReader(LocalDirectory directory, Journal journal, History history, InstantSource clock) {
		this.directory = directory;
		this.journal = journal;
		this.history = history;
		this.clock = clock;
	}

	/**
	 * Reads documents, without waiting for anything.
	 * @param ids the documents
	 * @return what is there
	 */
	Snapshot read(Collection<DocumentId> ids) {
		return read(ids, (id) -> null, (id) -> false);
	}

	/**
	 * Reads documents, without waiting for anything.
	 * @param ids the documents
	 * @param known what is known of them: a file that is still the same is not read
	 * again; {@code null} to read it in any case
	 * @param asks of which documents to find out whether they were published, if they are
	 * not as known
	 * @return what is there
	 */
	Snapshot read(Collection<DocumentId> ids, Function<DocumentId, @Nullable Stored> known,
			Predicate<DocumentId> asks) {
		Map<DocumentId, Stored> stored = new HashMap<>();
		Map<DocumentId, IOException> failures = new HashMap<>();
		Set<DocumentId> moving = new HashSet<>();
		Set<DocumentId> published = new HashSet<>();
		for (DocumentId id : ids) {
			try {
				Stored before = known.apply(id);
				Stored now = read(id, before, moving);
				stored.put(id, now);
				// Not later: the next publish writes its history before it can be seen.
				if (now != before && asks.test(id) && this.history.tellsOf(id, now)) {
					published.add(id);
				}
			}
			catch (IOException ex) {
				failures.put(id, ex);
			}
		}
		boolean publishing = this.journal.isPending();
		for (Map.Entry<DocumentId, Stored> entry : stored.entrySet()) {
			try {
				Path file = this.directory.document(entry.getKey());
				if (!Objects.equals(entry.getValue().fingerprint(), Fingerprint.of(file))) {
					moving.add(entry.getKey());
				}
			}
			catch (IOException ex) {
				failures.put(entry.getKey(), ex);
			}
		}
		checkAbsent(stored, failures);
		return new Snapshot(stored, failures, moving, published, publishing);
	}

	private Stored read(DocumentId id, @Nullable Stored known, Set<DocumentId> moving) throws IOException {
		Path file = this.directory.document(id);
		Fingerprint fingerprint = Fingerprint.of(file);
		if (known != null && Objects.equals(known.fingerprint(), fingerprint)) {
			return known;
		}
		if (fingerprint == null) {
			this.directory.checkAbsent(file);
			return Stored.ABSENT;
		}
		Instant now = this.clock.instant();
		try (InputStream in = Files.newInputStream(file)) {
			byte[] content = in.readNBytes(READ_LIMIT + 1);
			if (content.length > READ_LIMIT) {
				throw new FileSystemException(file.toString(), null, "is larger than " + READ_LIMIT + " bytes");
			}
			return new Stored(fingerprint, ConfigDocument.of(id, content, Stored.revisionOf(content)),
					fingerprint.isRecent(now));
		}
		catch (NoSuchFileException ex) {
			moving.add(id);
			return Stored.ABSENT;
		}
	}

	private void checkAbsent(Map<DocumentId, Stored> stored, Map<DocumentId, IOException> failures) {
		try {
			this.directory.checkBase();
		}
		catch (IOException ex) {
			stored.forEach((id, value) -> {
				if (value.fingerprint() == null) {
					failures.put(id, ex);
				}
			});
		}
	}

	/**
	 * What was read.
	 *
	 * @param stored what is there, also of documents that are moving
	 * @param failures why documents could not be read
	 * @param moving which documents changed while they were read
	 * @param published which documents, of those that were asked for, are as they were
	 * published last
	 * @param publishing whether a publish was under way: documents may be partly new
	 */
	record Snapshot(Map<DocumentId, Stored> stored, Map<DocumentId, IOException> failures, Set<DocumentId> moving,
			Set<DocumentId> published, boolean publishing) {

		boolean isWhole() {
			return !this.publishing && this.moving.isEmpty();
		}

		Stored of(DocumentId id) {
			return this.stored.getOrDefault(id, Stored.ABSENT);
		}

	}

}
