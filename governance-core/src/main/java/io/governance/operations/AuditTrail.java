package io.governance.operations;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;

import io.governance.BackendUnavailableException;
import io.governance.GovernanceException;
import io.governance.config.Author;
import io.governance.config.ConfigDocument;
import io.governance.config.Publication;
import io.governance.config.Revision;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners what was written, or was to be. Thread-safe.
 */
final class AuditTrail {

	private static final Logger logger = LoggerFactory.getLogger(AuditTrail.class);

	private final String backend;

	private final List<ConfigAuditListener> listeners;

	private final InstantSource clock;

	AuditTrail(String backend, List<? extends ConfigAuditListener> listeners, InstantSource clock) {
		this.backend = backend;
		this.listeners = List.copyOf(listeners);
		this.clock = clock;
	}

	Attempt attempt(List<Publication> publications, Author author, PublishMode mode, ConfigAuditEvent.Action put,
			ConfigAuditEvent.Action delete) {
		return new Attempt(List.copyOf(publications), author, mode == PublishMode.FORCED, put, delete);
	}

	/** Documents were copied out of the backend. */
	void exported(Collection<ConfigDocument> documents, Author author) {
		Instant now = this.clock.instant();
		documents.forEach((document) -> tell(new ConfigAuditEvent(now, this.backend, ConfigAuditEvent.Action.EXPORT,
				ConfigAuditEvent.Outcome.DONE, document.id(), document.revision(), document.digest(), author, false)));
	}

	private void tell(ConfigAuditEvent event) {
		for (ConfigAuditListener listener : this.listeners) {
			try {
				listener.onAudit(event);
			}
			catch (RuntimeException | LinkageError ex) {
				logger.error("Audit listener {} failed with {}, and may have lost: {} {} {}",
						listener.getClass().getName(), ex, event.action(), event.outcome(), event.id());
			}
		}
	}

	/** One publication, of one or several documents. */
	final class Attempt {

		private final List<Publication> publications;

		private final Author author;

		private final boolean forced;

		private final ConfigAuditEvent.Action put;

		private final ConfigAuditEvent.Action delete;

		private Attempt(List<Publication> publications, Author author, boolean forced, ConfigAuditEvent.Action put,
				ConfigAuditEvent.Action delete) {
			this.publications = publications;
			this.author = author;
			this.forced = forced;
			this.put = put;
			this.delete = delete;
		}

		/** Does what comes before writing, which is told only if it fails. */
		void check(Runnable check) {
			try {
				check.run();
			}
			catch (RuntimeException | Error ex) {
				tellAll(ConfigAuditEvent.Outcome.REFUSED, List.of());
				throw ex;
			}
		}

		List<Revision> run(Supplier<List<Revision>> write) {
			List<Revision> revisions;
			try {
				revisions = write.get();
			}
			catch (RuntimeException | Error ex) {
				tellAll(isRefusal(ex) ? ConfigAuditEvent.Outcome.REFUSED : ConfigAuditEvent.Outcome.UNKNOWN, List.of());
				throw ex;
			}
			tellAll(ConfigAuditEvent.Outcome.DONE, revisions);
			return revisions;
		}

		/** Whether it says that nothing was written. */
		private static boolean isRefusal(Throwable failure) {
			boolean refusal = failure instanceof GovernanceException || failure instanceof IllegalArgumentException
					|| failure instanceof UnsupportedOperationException;
			return refusal && !(failure instanceof BackendUnavailableException);
		}

		private void tellAll(ConfigAuditEvent.Outcome outcome, List<Revision> revisions) {
			Instant now = AuditTrail.this.clock.instant();
			for (int i = 0; i < this.publications.size(); i++) {
				Publication publication = this.publications.get(i);
				Revision revision = (i < revisions.size()) ? revisions.get(i) : Revision.ABSENT;
				tell(new ConfigAuditEvent(now, AuditTrail.this.backend, publication.deletes() ? this.delete : this.put,
						outcome, publication.id(), revision,
						publication.deletes() ? "" : ConfigDocument.digestOf(publication.content()), this.author,
						this.forced));
			}
		}

	}

}
