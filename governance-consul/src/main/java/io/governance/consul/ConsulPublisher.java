package io.governance.consul;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.random.RandomGenerator;

import io.governance.BackendUnavailableException;
import io.governance.backend.support.HistoryRecord;
import io.governance.config.Author;
import io.governance.config.ConfigDocument;
import io.governance.config.ConflictException;
import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.config.Revision;
import org.jspecify.annotations.Nullable;

/**
 * Writes documents together with their history, in one transaction: what is expected, the
 * documents, the contents for the history, and the entries. Where the contents do not fit
 * in twice, they are written to the history before, and the transaction makes sure that
 * they are still there. Thread-safe.
 */
final class ConsulPublisher {

	private static final int TRIES = 5;

	private final ConsulClient client;

	private final ConsulKeys keys;

	private final InstantSource clock;

	private final RandomGenerator random;

	ConsulPublisher(ConsulClient client, ConsulKeys keys, InstantSource clock, RandomGenerator random) {
		this.client = client;
		this.keys = keys;
		this.clock = clock;
		this.random = random;
	}

	/**
	 * Publishes.
	 * @param publications what to publish, within the limits
	 * @param author who does it
	 * @return the revisions
	 */
	List<Revision> publish(List<Publication> publications, Author author) {
		for (int i = 0; i < TRIES; i++) {
			List<Revision> revisions = tryPublish(publications, author);
			if (revisions != null) {
				return revisions;
			}
		}
		throw new BackendUnavailableException(this.client.name(), "Consul let none of " + TRIES
				+ " tries to publish succeed: others publish the same documents. " + "Nothing was written; try again",
				null);
	}

	private @Nullable List<Revision> tryPublish(List<Publication> publications, Author author) {
		Instant now = this.clock.instant();
		long stamp = ChronoUnit.MICROS.between(Instant.EPOCH, now);
		Attempt attempt = new Attempt(publications, author, now, stamp);
		attempt.build(Map.of());
		if (attempt.transaction.bytes() > ConsulTransaction.MAX_BYTES) {
			attempt.build(contents(publications, stamp));
		}
		int bytes = attempt.transaction.bytes();
		if (bytes > ConsulTransaction.MAX_BYTES) {
			throw new IllegalArgumentException("What is to be published has " + bytes + " bytes as Consul takes it: "
					+ ConsulTransaction.MAX_BYTES + " are allowed. Shorten the comment, or publish less at once");
		}
		ConsulAnswer answer = this.client.write(attempt.transaction.write());
		ConsulTransaction.Result result = ConsulTransaction.result(answer);
		if (result.isDone()) {
			return revisions(publications, result, answer);
		}
		for (int failed : result.failed()) {
			Publication publication = attempt.expectations.get(failed);
			if (publication != null && publication.expected() != null) {
				throw new ConflictException(publication.id(), publication.expected());
			}
		}
		return null;
	}

	private List<Revision> revisions(List<Publication> publications, ConsulTransaction.Result result,
			ConsulAnswer answer) {
		return publications.stream()
			.map((publication) -> publication.deletes() ? Revision.ABSENT
					: Revision.of(written(this.keys.document(publication.id()), result, answer).modifyIndex()))
			.toList();
	}

	private static KeyValue written(String key, ConsulTransaction.Result result, ConsulAnswer answer) {
		KeyValue written = result.find(key);
		if (written == null) {
			throw answer.nonsense("without a key that was written");
		}
		return written;
	}

	/** Writes the contents to the history, and tells the index of each. */
	private Map<String, Long> contents(List<Publication> publications, long stamp) {
		Map<String, Long> indices = new HashMap<>();
		for (Publication publication : publications) {
			if (!publication.deletes()) {
				String key = blob(publication);
				ConsulAnswer answer = this.client
					.write(new ConsulTransaction().set(key, publication.content(), stamp).write());
				indices.put(key, written(key, ConsulTransaction.result(answer), answer).modifyIndex());
			}
		}
		return indices;
	}

	private String blob(Publication publication) {
		return this.keys.blobs(publication.id()) + ConfigDocument.digestOf(publication.content());
	}

	private boolean exists(DocumentId id) {
		String key = this.keys.document(id);
		ConsulAnswer answer = this.client.readConsistent(ConsulRequest.key(key).with("keys"));
		return !answer.isAbsent()
				&& answer.orFail().array().valueStream().anyMatch((name) -> name.asString("").equals(key));
	}

	/** One try, with the operations that it needs. */
	private final class Attempt {

		private final List<Publication> publications;

		private final Author author;

		private final Instant now;

		private final long stamp;

		private final Map<Integer, Publication> expectations = new HashMap<>();

		private ConsulTransaction transaction = new ConsulTransaction();

		Attempt(List<Publication> publications, Author author, Instant now, long stamp) {
			this.publications = publications;
			this.author = author;
			this.now = now;
			this.stamp = stamp;
		}

		void build(Map<String, Long> contents) {
			this.transaction = new ConsulTransaction();
			this.expectations.clear();
			for (Publication publication : this.publications) {
				if (expect(publication)) {
					write(publication, contents);
				}
			}
		}

		/** Whether there is something to write. */
		private boolean expect(Publication publication) {
			String key = ConsulPublisher.this.keys.document(publication.id());
			Revision expected = publication.expected();
			if (expected == null) {
				if (publication.deletes() && !exists(publication.id())) {
					this.transaction.checkAbsent(key);
					return false;
				}
				return true;
			}
			this.expectations.put(this.transaction.size(), publication);
			if (expected.equals(Revision.ABSENT)) {
				this.transaction.checkAbsent(key);
				return !publication.deletes();
			}
			try {
				this.transaction.checkIndex(key, Long.parseUnsignedLong(expected.value()));
			}
			catch (NumberFormatException ex) {
				// No document was ever at such a revision.
				throw new ConflictException(publication.id(), expected);
			}
			return true;
		}

		private void write(Publication publication, Map<String, Long> contents) {
			String key = ConsulPublisher.this.keys.document(publication.id());
			String digest = "";
			if (publication.deletes()) {
				this.transaction.delete(key);
			}
			else {
				byte[] content = publication.content();
				String blob = blob(publication);
				digest = ConfigDocument.digestOf(content);
				Long index = contents.get(blob);
				if (index != null) {
					this.transaction.checkIndex(blob, index);
				}
				else {
					this.transaction.set(blob, content, this.stamp);
				}
				this.transaction.set(key, content, 0);
			}
			String entry = ConsulPublisher.this.keys.entries(publication.id())
					+ String.format(Locale.ROOT, "%020d-%08x", this.stamp, ConsulPublisher.this.random.nextInt());
			this.transaction.set(entry, new HistoryRecord(this.author, this.now, digest).toJson(), 0);
		}

	}

}
