package io.governance.consul;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.governance.BackendUnavailableException;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.DocumentId;
import io.governance.config.Revision;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads sets of documents as they were in one moment, with the right to read them and no
 * other. A transaction reads those that exist and looks for the others; what is large and
 * known already is only checked, not read again. What the token may not read is never
 * taken for absent. Thread-safe.
 */
final class ConfigReader {

	private static final int LARGE = 64 * 1024;

	private static final int TRIES = 8;

	private final ConsulClient client;

	private final ConsulKeys keys;

	private final boolean certain;

	private final AbsentKeys absentKeys;

	/**
	 * Creates a reader.
	 * @param client asks the agents
	 * @param keys names the keys
	 * @param certain whether to read consistently whatever the settings say: a server
	 * that is behind would tell what was before the change that has caused the reading
	 */
	ConfigReader(ConsulClient client, ConsulKeys keys, boolean certain) {
		this.client = client;
		this.keys = keys;
		this.certain = certain;
		this.absentKeys = new AbsentKeys(this::ask);
	}

	private ConsulAnswer ask(ConsulRequest request) {
		return this.certain ? this.client.readConsistent(request) : this.client.read(request);
	}

	/**
	 * Reads documents.
	 * @param ids the documents, all in one namespace
	 * @param known what is known of them already
	 * @return those that exist
	 * @throws BackendUnavailableException if no agent answers
	 */
	ConfigDocuments read(Set<DocumentId> ids, ConfigDocuments known) {
		if (ids.isEmpty()) {
			return ConfigDocuments.NONE;
		}
		if (ids.size() == 1) {
			DocumentId id = ids.iterator().next();
			return one(id, ask(ConsulRequest.key(this.keys.document(id))));
		}
		if (ids.size() <= ConsulTransaction.MAX_OPERATIONS) {
			ConfigDocuments read = transaction(ids, known);
			if (read != null) {
				return read;
			}
		}
		return below(ids);
	}

	/**
	 * The document that an answer holds.
	 * @param id the document
	 * @param answer the answer to a question for its key
	 * @return the document if it exists
	 */
	ConfigDocuments one(DocumentId id, ConsulAnswer answer) {
		if (answer.isAbsent()) {
			return ConfigDocuments.NONE;
		}
		for (KeyValue value : values(answer.orFail())) {
			if (value.key().equals(this.keys.document(id))) {
				return ConfigDocuments.of(List.of(document(id, value)));
			}
		}
		throw answer.nonsense("about another key");
	}

	/** All of them by everything that lies below what they have in common. */
	private ConfigDocuments below(Set<DocumentId> ids) {
		for (int i = 0;; i++) {
			ConsulAnswer answer = ask(ConsulRequest.key(prefix(ids)).with("recurse"));
			ConfigDocuments found = among(ids, answer);
			Set<DocumentId> missing = new HashSet<>(ids);
			missing.removeIf((id) -> found.find(id).isPresent());
			if (absent(missing).equals(missing)) {
				return found;
			}
			if (i == TRIES) {
				throw answer.nonsense("without keys that there are");
			}
		}
	}

	/** Those that do not exist, among those of which it is not known that they do. */
	private Set<DocumentId> absent(Set<DocumentId> ids) {
		Map<String, DocumentId> byKey = byKey(ids);
		Set<DocumentId> absent = new HashSet<>();
		this.absentKeys.among(byKey.keySet()).forEach((key) -> absent.add(Objects.requireNonNull(byKey.get(key))));
		return absent;
	}

	private Map<String, DocumentId> byKey(Set<DocumentId> ids) {
		Map<String, DocumentId> byKey = new HashMap<>();
		ids.forEach((id) -> byKey.put(this.keys.document(id), id));
		return byKey;
	}

	/**
	 * The documents that an answer holds among others.
	 * @param ids the documents
	 * @param answer the answer to a question for everything below a prefix
	 * @return those that exist
	 */
	ConfigDocuments among(Set<DocumentId> ids, ConsulAnswer answer) {
		if (answer.isAbsent()) {
			return ConfigDocuments.NONE;
		}
		Map<String, DocumentId> byKey = byKey(ids);
		List<ConfigDocument> documents = new ArrayList<>();
		for (KeyValue value : values(answer.orFail())) {
			DocumentId id = byKey.get(value.key());
			if (id != null) {
				documents.add(document(id, value));
			}
		}
		return ConfigDocuments.of(documents);
	}

	/**
	 * What all of them lie below.
	 * @param ids documents of one namespace, at least one
	 * @return the prefix of their group, or of the namespace
	 */
	String prefix(Set<DocumentId> ids) {
		DocumentId any = ids.iterator().next();
		boolean oneGroup = ids.stream().allMatch((id) -> id.group().equals(any.group()));
		return oneGroup ? this.keys.group(any.namespace(), any.group()) : this.keys.namespace(any.namespace());
	}

	private @Nullable ConfigDocuments transaction(Set<DocumentId> ids, ConfigDocuments known) {
		Set<DocumentId> unknown = new HashSet<>(ids);
		unknown.removeIf((id) -> known.find(id).isPresent());
		Set<DocumentId> absent = absent(unknown);
		if (absent.equals(ids)) {
			return ConfigDocuments.NONE;
		}
		Map<DocumentId, Guess> guesses = new HashMap<>();
		for (DocumentId id : ids) {
			boolean large = known.find(id).map((document) -> document.size() > LARGE).orElse(false);
			guesses.put(id, absent.contains(id) ? Guess.ABSENT : large ? Guess.UNCHANGED : Guess.CHANGED);
		}
		List<DocumentId> order = List.copyOf(ids);
		for (int i = 0; i < TRIES; i++) {
			ConsulTransaction transaction = new ConsulTransaction();
			order.forEach((id) -> add(transaction, id, known, guesses.getOrDefault(id, Guess.CHANGED)));
			ConsulAnswer answer = ask(transaction.read());
			ConsulTransaction.Result result = ConsulTransaction.result(answer);
			if (result.isDone()) {
				return documents(order, guesses, known, result, answer);
			}
			for (int wrong : result.failed()) {
				guesses.compute(order.get(wrong),
						(id, guess) -> (guess == Guess.CHANGED) ? Guess.ABSENT : Guess.CHANGED);
			}
		}
		return null;
	}

	private void add(ConsulTransaction transaction, DocumentId id, ConfigDocuments known, Guess guess) {
		String key = this.keys.document(id);
		switch (guess) {
			// Nothing is no failure there, and what has come meanwhile is told.
			case ABSENT -> transaction.getTree(key);
			case CHANGED -> transaction.get(key);
			case UNCHANGED -> transaction.checkIndex(key, index(known, id));
		}
	}

	private static long index(ConfigDocuments known, DocumentId id) {
		return known.find(id).map((document) -> Long.parseUnsignedLong(document.revision().value())).orElse(0L);
	}

	private ConfigDocuments documents(List<DocumentId> order, Map<DocumentId, Guess> guesses, ConfigDocuments known,
			ConsulTransaction.Result result, ConsulAnswer answer) {
		List<ConfigDocument> documents = new ArrayList<>();
		for (DocumentId id : order) {
			Guess guess = guesses.get(id);
			if (guess == Guess.UNCHANGED) {
				known.find(id).ifPresent(documents::add);
			}
			else {
				KeyValue value = result.find(this.keys.document(id));
				if (value != null) {
					documents.add(document(id, value));
				}
				else if (guess == Guess.CHANGED) {
					throw answer.denied();
				}
			}
		}
		return ConfigDocuments.of(documents);
	}

	/**
	 * Finds out which documents have changed, without reading them.
	 * @param known the documents, and what is known of each; absent ones are empty
	 * @return the ids of those that are different now
	 */
	Set<DocumentId> changed(Map<DocumentId, ConfigDocuments> known) {
		List<DocumentId> all = List.copyOf(known.keySet());
		Set<DocumentId> changed = new HashSet<>();
		for (int from = 0; from < all.size(); from += ConsulTransaction.MAX_OPERATIONS) {
			List<DocumentId> part = all.subList(from, Math.min(all.size(), from + ConsulTransaction.MAX_OPERATIONS));
			ConsulTransaction transaction = new ConsulTransaction();
			for (DocumentId id : part) {
				if (isPresent(known, id)) {
					add(transaction, id, known.getOrDefault(id, ConfigDocuments.NONE), Guess.UNCHANGED);
				}
				else {
					AbsentKeys.ask(this.keys.document(id), transaction);
				}
			}
			ConsulTransaction.Result result = ConsulTransaction.result(ask(transaction.read()));
			for (int i = 0; i < part.size(); i++) {
				boolean same = isPresent(known, part.get(i)) ? !result.failed().contains(i)
						: result.absent().contains(i);
				if (!same) {
					changed.add(part.get(i));
				}
			}
		}
		return changed;
	}

	private static boolean isPresent(Map<DocumentId, ConfigDocuments> known, DocumentId id) {
		return known.getOrDefault(id, ConfigDocuments.NONE).find(id).isPresent();
	}

	private static List<KeyValue> values(ConsulAnswer answer) {
		List<KeyValue> values = new ArrayList<>();
		try {
			for (JsonNode json : answer.array()) {
				values.add(KeyValue.of(json));
			}
		}
		catch (IllegalArgumentException ex) {
			throw answer.nonsense("not a list of keys");
		}
		return values;
	}

	private static ConfigDocument document(DocumentId id, KeyValue value) {
		return ConfigDocument.of(id, value.value(), Revision.of(value.modifyIndex()));
	}

	/** What a document is thought to be. */
	private enum Guess {

		ABSENT, CHANGED, UNCHANGED

	}

}
