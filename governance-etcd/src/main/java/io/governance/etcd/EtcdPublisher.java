package io.governance.etcd;

import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.etcd.jetcd.options.PutOption;
import io.governance.BackendUnavailableException;
import io.governance.backend.support.HistoryRecord;
import io.governance.config.Author;
import io.governance.config.ConfigDocument;
import io.governance.config.ConflictException;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.config.Revision;

/**
 * Publishes documents in one transaction, together with the entries of their history. The
 * contents for the history are written before, each under its digest; the transaction
 * makes sure that they are still there.
 */
final class EtcdPublisher {

	/** What keys and entries may add to the contents of one publish. */
	private static final int MAX_EXTRA_BYTES = 200 * 1024;

	private static final int MAX_ENTRY_BYTES = 8 * 1024;

	private static final int TRIES = 5;

	private static final String WHAT = "publish";

	private final EtcdClient client;

	private final EtcdReader reader;

	private final Keys keys;

	private final EtcdHistory history;

	private final InstantSource clock;

	private final RandomGenerator random;

	EtcdPublisher(EtcdClient client, EtcdReader reader, Keys keys, EtcdHistory history, InstantSource clock,
			RandomGenerator random) {
		this.client = client;
		this.reader = reader;
		this.keys = keys;
		this.history = history;
		this.clock = clock;
		this.random = random;
	}

	List<Revision> publish(List<Publication> publications, Author author) {
		if (publications.isEmpty()) {
			return List.of();
		}
		Instant now = this.clock.instant();
		for (int tries = 1;; tries++) {
			Plan plan = new Plan(publications, author, now, absent(publications));
			plan.checkSize();
			this.history.keep(plan.contents);
			TxnResponse answer = this.client.ask(WHAT,
					(client) -> client.getKVClient()
						.txn()
						.If(plan.compares.toArray(Cmp[]::new))
						.Then(plan.writes.toArray(Op[]::new))
						.commit());
			if (answer.isSucceeded()) {
				this.history.prune(publications.stream().map(Publication::id).toList());
				long revision = answer.getHeader().getRevision();
				return publications.stream()
					.map((publication) -> publication.deletes() ? Revision.ABSENT : Revision.of(revision))
					.toList();
			}
			checkExpectations(publications);
			if (tries == TRIES) {
				throw new BackendUnavailableException(this.client.backend(), "Backend '" + this.client.backend()
						+ "': cannot publish: others change the same documents all the time. Nothing was written; try again",
						null);
			}
		}
	}

	/** Those to be deleted that are not there, which leave nothing in the history. */
	private Set<DocumentId> absent(List<Publication> publications) {
		List<DocumentId> deleted = publications.stream()
			.filter((publication) -> publication.deletes() && publication.expected() == null)
			.map(Publication::id)
			.toList();
		if (deleted.isEmpty()) {
			return Set.of();
		}
		Snapshot snapshot = read(deleted);
		Set<DocumentId> absent = new HashSet<>(deleted);
		absent.removeIf((id) -> snapshot.entries().containsKey(this.keys.document(id)));
		return absent;
	}

	private Snapshot read(List<DocumentId> ids) {
		return this.client.await(WHAT, this.reader.readAnyhow(ids.stream().map(this.keys::document).toList()));
	}

	private void checkExpectations(List<Publication> publications) {
		Snapshot snapshot = read(publications.stream().map(Publication::id).toList());
		for (Publication publication : publications) {
			Snapshot.Entry entry = snapshot.entries().get(this.keys.document(publication.id()));
			Revision current = (entry != null) ? Revision.of(entry.modified()) : Revision.ABSENT;
			Revision expected = publication.expected();
			if (expected != null && !expected.equals(current)) {
				throw new ConflictException(publication.id(), expected);
			}
		}
	}

	/** One transaction. */
	private final class Plan {

		private final List<Cmp> compares = new ArrayList<>();

		private final List<Op> writes = new ArrayList<>();

		private final Map<String, byte[]> contents = new HashMap<>();

		private final Author author;

		private final Instant now;

		private int extraBytes;

		Plan(List<Publication> publications, Author author, Instant now, Set<DocumentId> absent) {
			this.author = author;
			this.now = now;
			publications.forEach((publication) -> add(publication, absent.contains(publication.id())));
		}

		private void add(Publication publication, boolean absent) {
			DocumentId id = publication.id();
			ByteSequence key = KeyRange.bytes(EtcdPublisher.this.keys.document(id));
			Revision expected = absent ? Revision.ABSENT : publication.expected();
			if (expected != null) {
				this.compares.add(new Cmp(key, Cmp.Op.EQUAL, CmpTarget.modRevision(number(id, expected))));
			}
			this.extraBytes += 2 * key.size();
			if (publication.deletes()) {
				if (!Revision.ABSENT.equals(expected)) {
					this.writes.add(Op.delete(key, DeleteOption.DEFAULT));
					enter(id, "");
				}
			}
			else {
				byte[] content = publication.content();
				String digest = ConfigDocument.digestOf(content);
				String blob = EtcdPublisher.this.keys.blob(id, digest);
				this.contents.put(blob, content);
				this.compares.add(new Cmp(KeyRange.bytes(blob), Cmp.Op.GREATER, CmpTarget.version(0)));
				this.writes.add(Op.put(key, ByteSequence.from(content), PutOption.DEFAULT));
				this.extraBytes += blob.length();
				enter(id, digest);
			}
		}

		private long number(DocumentId id, Revision expected) {
			if (expected.equals(Revision.ABSENT)) {
				return 0;
			}
			try {
				long number = Long.parseLong(expected.value());
				if (number > 0) {
					return number;
				}
			}
			catch (NumberFormatException ex) {
				// Of another backend: the document cannot be at it.
			}
			throw new ConflictException(id, expected);
		}

		private void enter(DocumentId id, String digest) {
			byte[] entry = new HistoryRecord(this.author, this.now, digest).toJson();
			if (entry.length > MAX_ENTRY_BYTES) {
				throw new IllegalArgumentException("The author and the comment need " + entry.length
						+ " bytes in the history: " + MAX_ENTRY_BYTES + " are allowed. Shorten the comment");
			}
			String key = EtcdPublisher.this.history.newEntry(id, this.now, EtcdPublisher.this.random);
			this.writes.add(Op.put(KeyRange.bytes(key), ByteSequence.from(entry), PutOption.DEFAULT));
			this.extraBytes += key.length() + entry.length;
		}

		void checkSize() {
			if (this.extraBytes > MAX_EXTRA_BYTES) {
				throw new IllegalArgumentException("The names and the comments of these publications have "
						+ this.extraBytes + " bytes together: " + MAX_EXTRA_BYTES
						+ " are allowed. Publish fewer documents at once, or shorten the comment");
			}
		}

	}

}
