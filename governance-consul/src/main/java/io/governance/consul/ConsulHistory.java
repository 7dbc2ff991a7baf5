package io.governance.consul;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.governance.BackendUnavailableException;
import io.governance.backend.support.HistoryRecord;
import io.governance.config.ConfigDocument;
import io.governance.config.DocumentId;
import io.governance.config.HistoryEntry;
import io.governance.config.Revision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Earlier versions of documents: an entry for each publish, and each content once, under
 * its digest. Thread-safe.
 */
final class ConsulHistory {

	static final int MAX_ENTRIES = 100;

	private static final int SLACK = 10;

	private static final Logger logger = LoggerFactory.getLogger(ConsulHistory.class);

	private final ConsulClient client;

	private final ConsulKeys keys;

	ConsulHistory(ConsulClient client, ConsulKeys keys) {
		this.client = client;
		this.keys = keys;
	}

	/**
	 * The entries of a document.
	 * @param id the document
	 * @param limit how many at most
	 * @return the entries, the newest first
	 */
	List<HistoryEntry> entries(DocumentId id, int limit) {
		List<HistoryEntry> entries = new ArrayList<>();
		for (KeyValue value : stored(id)) {
			if (entries.size() < Math.min(limit, MAX_ENTRIES)) {
				parse(id, value).ifPresent(entries::add);
			}
		}
		return List.copyOf(entries);
	}

	private List<KeyValue> stored(DocumentId id) {
		ConsulAnswer answer = this.client.readConsistent(ConsulRequest.key(this.keys.entries(id)).with("recurse"));
		List<KeyValue> values = new ArrayList<>();
		if (!answer.isAbsent()) {
			for (JsonNode json : answer.orFail().array()) {
				values.add(KeyValue.of(json));
			}
		}
		values.sort(Comparator.comparing(KeyValue::modifyIndex, Long::compareUnsigned)
			.thenComparing(KeyValue::key)
			.reversed());
		return values;
	}

	private static Optional<HistoryEntry> parse(DocumentId id, KeyValue value) {
		try {
			HistoryRecord read = HistoryRecord.parse(value.value());
			Revision revision = read.digest().isEmpty() ? Revision.ABSENT : Revision.of(value.modifyIndex());
			return Optional.of(new HistoryEntry(id, revision, read.time(), read.author(), read.digest(), value.key()));
		}
		catch (IllegalArgumentException ex) {
			// Somebody else's key, which tells nothing of the document.
			return Optional.empty();
		}
	}

	/**
	 * The content that an entry names.
	 * @param entry the entry
	 * @return the document as it was, if it is still kept
	 */
	Optional<ConfigDocument> content(HistoryEntry entry) {
		if (!entry.digest().matches("[0-9a-f]{64}")) {
			return Optional.empty();
		}
		ConsulAnswer answer = this.client
			.readConsistent(ConsulRequest.key(this.keys.blobs(entry.id()) + entry.digest()));
		if (answer.isAbsent()) {
			return Optional.empty();
		}
		byte[] content = KeyValue.of(answer.orFail().array().path(0)).value();
		ConfigDocument document = ConfigDocument.of(entry.id(), content, entry.revision());
		return document.digest().equals(entry.digest()) ? Optional.of(document) : Optional.empty();
	}

	/**
	 * Removes what is too old, as far as that succeeds.
	 * @param id the document
	 */
	void prune(DocumentId id) {
		try {
			List<String> entries = names(this.keys.entries(id));
			if (entries.size() > MAX_ENTRIES + SLACK) {
				removeEntries(id);
				removeBlobs(id);
			}
		}
		catch (BackendUnavailableException | IllegalArgumentException ex) {
			logger.debug("Backend '{}': the history of {} was not pruned", this.client.name(), id, ex);
		}
	}

	private void removeEntries(DocumentId id) {
		List<KeyValue> entries = stored(id);
		int to = Math.min(entries.size(), MAX_ENTRIES + ConsulTransaction.MAX_OPERATIONS);
		ConsulTransaction transaction = new ConsulTransaction();
		entries.subList(Math.min(to, MAX_ENTRIES), to).forEach((entry) -> transaction.delete(entry.key()));
		if (transaction.size() > 0) {
			this.client.write(transaction.write()).orFail();
		}
	}

	/*
	 * Every publish gives its content a new index. A content is deleted only at an index
	 * that was read before the entries were: so none is that an entry still names.
	 */
	private void removeBlobs(DocumentId id) {
		String prefix = this.keys.blobs(id);
		Set<String> named = digests(id);
		ConsulTransaction candidates = new ConsulTransaction();
		for (String key : names(prefix)) {
			if (candidates.size() < ConsulTransaction.MAX_OPERATIONS / 2
					&& !named.contains(key.substring(prefix.length()))) {
				candidates.get(key);
			}
		}
		if (candidates.size() == 0) {
			return;
		}
		ConsulTransaction.Result before = ConsulTransaction.result(this.client.readConsistent(candidates.read()));
		named = digests(id);
		for (KeyValue value : before.values().values()) {
			if (!named.contains(value.key().substring(prefix.length()))) {
				this.client.write(new ConsulTransaction().checkIndex(value.key(), value.modifyIndex())
					.delete(value.key())
					.write());
			}
		}
	}

	private Set<String> digests(DocumentId id) {
		Set<String> digests = new HashSet<>();
		stored(id).forEach((value) -> parse(id, value).ifPresent((entry) -> digests.add(entry.digest())));
		return digests;
	}

	private List<String> names(String prefix) {
		ConsulAnswer answer = this.client.readConsistent(ConsulRequest.key(prefix).with("keys"));
		List<String> names = new ArrayList<>();
		if (!answer.isAbsent()) {
			answer.orFail().array().forEach((name) -> names.add(name.asString("")));
		}
		return names;
	}

}
