package io.governance.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

import io.governance.backend.support.HistoryRecord;
import io.governance.config.Author;
import io.governance.config.ConfigDocument;
import io.governance.config.DocumentId;
import io.governance.config.HistoryEntry;
import io.governance.config.Revision;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Earlier versions of documents: for each entry, numbered from 1, a file that tells of it
 * and one with the content. Written under the lock of the store, read without.
 */
final class History {

	/** Who is named for a change that was not published. */
	static final String OUTSIDE = "edited outside";

	private static final Logger log = LoggerFactory.getLogger(History.class);

	private static final Pattern KEY = Pattern.compile("[0-9]{10}");

	private static final String ENTRY = ".json";

	private static final String CONTENT = ".content";

	private final LocalDirectory directory;

	private final int limit;

	History(LocalDirectory directory, int limit) {
		this.directory = directory;
		this.limit = limit;
	}

	/**
	 * Adds to a transaction what a change leaves in the history.
	 * @param transaction the transaction of the change
	 * @param id the document
	 * @param before the document as it is
	 * @param content its new content, or {@code null} if it is deleted
	 * @param author who does it
	 * @param time when
	 * @throws IOException if the history cannot be read or written
	 */
	void record(Journal.Transaction transaction, DocumentId id, Stored before, byte @Nullable [] content, Author author,
			Instant time) throws IOException {
		HistoryEntry latest = latest(id);
		long number = (latest != null) ? Long.parseLong(latest.key()) : 0;
		if (!isAt(latest, before)) {
			Instant modified = (before.fingerprint() != null) ? before.fingerprint().modified().toInstant() : time;
			ConfigDocument document = before.document();
			write(transaction, id, ++number, (document != null) ? document.content() : null, Author.of(OUTSIDE),
					modified);
		}
		write(transaction, id, ++number, content, author, time);
	}

	/**
	 * Whether what is there was published: whole, and not edited since.
	 * @param id the document
	 * @param stored the document as it is
	 * @return {@code true} if the newest entry tells of it
	 * @throws IOException if the history cannot be read
	 */
	boolean tellsOf(DocumentId id, Stored stored) throws IOException {
		HistoryEntry latest = latest(id);
		return latest != null && isAt(latest, stored);
	}

	private static boolean isAt(@Nullable HistoryEntry latest, Stored stored) {
		ConfigDocument document = stored.document();
		if (document == null) {
			return latest == null || latest.deletion();
		}
		return latest != null && latest.digest().equals(document.digest());
	}

	private void write(Journal.Transaction transaction, DocumentId id, long number, byte @Nullable [] content,
			Author author, Instant time) throws IOException {
		Path home = this.directory.history(id);
		String key = String.format(Locale.ROOT, "%010d", number);
		String digest = (content != null) ? ConfigDocument.digestOf(content) : "";
		if (content != null) {
			transaction.write(home.resolve(key + CONTENT), content);
		}
		transaction.write(home.resolve(key + ENTRY), new HistoryRecord(author, time, digest).toJson());
	}

	List<HistoryEntry> entries(DocumentId id, int limit) throws IOException {
		List<HistoryEntry> entries = new ArrayList<>();
		for (String key : keys(id)) {
			if (entries.size() >= limit) {
				break;
			}
			HistoryEntry entry = read(id, key);
			if (entry != null) {
				entries.add(entry);
			}
		}
		return entries;
	}

	private @Nullable HistoryEntry latest(DocumentId id) throws IOException {
		List<HistoryEntry> entries = entries(id, 1);
		return entries.isEmpty() ? null : entries.get(0);
	}

	Optional<ConfigDocument> content(HistoryEntry entry) throws IOException {
		if (entry.deletion() || !KEY.matcher(entry.key()).matches()) {
			return Optional.empty();
		}
		try {
			byte[] content = Files.readAllBytes(this.directory.history(entry.id()).resolve(entry.key() + CONTENT));
			ConfigDocument document = ConfigDocument.of(entry.id(), content, Stored.revisionOf(content));
			return document.digest().equals(entry.digest()) ? Optional.of(document) : Optional.empty();
		}
		catch (NoSuchFileException ex) {
			return Optional.empty();
		}
	}

	/**
	 * Forgets the oldest entries of a document beyond the limit. Needs the lock.
	 * @param id the document
	 */
	void prune(DocumentId id) {
		try {
			List<String> keys = keys(id);
			for (String key : keys.subList(Math.min(this.limit, keys.size()), keys.size())) {
				Files.deleteIfExists(this.directory.history(id).resolve(key + ENTRY));
				Files.deleteIfExists(this.directory.history(id).resolve(key + CONTENT));
			}
		}
		catch (IOException ex) {
			log.warn("Cannot forget old history of document {}: {}", id, ex.toString());
		}
	}

	private List<String> keys(DocumentId id) throws IOException {
		List<String> keys = new ArrayList<>();
		for (Path file : this.directory.entries(this.directory.history(id))) {
			String name = file.getFileName().toString();
			String key = name.endsWith(ENTRY) ? name.substring(0, name.length() - ENTRY.length()) : "";
			if (KEY.matcher(key).matches()) {
				keys.add(key);
			}
		}
		keys.sort(Comparator.reverseOrder());
		return keys;
	}

	private @Nullable HistoryEntry read(DocumentId id, String key) throws IOException {
		try {
			HistoryRecord record = HistoryRecord
				.parse(Files.readAllBytes(this.directory.history(id).resolve(key + ENTRY)));
			Revision revision = record.digest().isEmpty() ? Revision.ABSENT : Stored.revisionOf(record.digest());
			return new HistoryEntry(id, revision, record.time(), record.author(), record.digest(), key);
		}
		catch (NoSuchFileException ex) {
			return null;
		}
		catch (IllegalArgumentException ex) {
			log.warn("History entry {} of document {} is damaged and left out", key, id);
			return null;
		}
	}

}
