package io.governance.etcd;

import java.time.Duration;
import java.util.function.LongSupplier;

import io.etcd.jetcd.Response;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the cluster's history has been seen, so that nothing older is ever delivered.
 * <p>
 * Linearizable reads of one cluster never go back. An answer with a lower revision than
 * was seen before the question, or with another cluster id, therefore comes from a
 * cluster that was wiped or restored, or from a member that does not belong to it. The
 * first is believed when all answers have said so for {@link #PATIENCE}, and at least
 * {@link #MIN_ANSWERS} of them; until then such answers count as failures. Thread-safe.
 */
final class Timeline {

	/** How long a history that went back must stay back to be believed. */
	static final Duration PATIENCE = Duration.ofSeconds(3);

	/** Where little is asked, two stray answers may have none between them. */
	static final int MIN_ANSWERS = 3;

	private static final Logger logger = LoggerFactory.getLogger(Timeline.class);

	private final String backend;

	private final LongSupplier nanoTime;

	private Position seen = new Position(0, 0, 0);

	private @Nullable Suspicion suspicion;

	Timeline(String backend, LongSupplier nanoTime) {
		this.backend = backend;
		this.nanoTime = nanoTime;
	}

	/** What has been seen; to be taken before a question is asked. */
	synchronized Position seen() {
		return this.seen;
	}

	/**
	 * Whether it belongs to the history that is believed.
	 * @param header the header of any answer, of a read or a watch
	 * @return {@code false} if it is of another cluster
	 */
	synchronized boolean isOfCluster(Response.Header header) {
		return this.seen.revision == 0 || header.getClusterId() == this.seen.cluster;
	}

	/** A watch has delivered changes up to a revision. */
	synchronized void advance(Position position) {
		if (position.epoch == this.seen.epoch && position.revision > this.seen.revision) {
			this.seen = position;
		}
	}

	/**
	 * Judges the answer to a linearizable read.
	 * @param before what had been seen when the question was asked
	 * @param header the answer's header
	 * @return where the answer stands
	 * @throws StaleStateException if it cannot be believed
	 */
	synchronized Position check(Position before, Response.Header header) {
		if (before.epoch != this.seen.epoch) {
			throw new StaleStateException("the history of the cluster has changed meanwhile");
		}
		long cluster = header.getClusterId();
		long revision = header.getRevision();
		if (this.seen.revision == 0 || (cluster == this.seen.cluster && revision >= before.revision)) {
			this.suspicion = null;
			Position here = new Position(this.seen.epoch, cluster, revision);
			if (revision > this.seen.revision) {
				this.seen = here;
			}
			return here;
		}
		long now = this.nanoTime.getAsLong();
		if (this.suspicion == null || this.suspicion.cluster != cluster) {
			this.suspicion = new Suspicion(cluster, now, 1);
		}
		else {
			this.suspicion = this.suspicion.confirmed();
		}
		if (this.suspicion.answers < MIN_ANSWERS || now - this.suspicion.sinceNanos < PATIENCE.toNanos()) {
			throw new StaleStateException(((cluster != this.seen.cluster)
					? "it answers as cluster " + Long.toHexString(cluster) + " instead of "
							+ Long.toHexString(this.seen.cluster)
					: "it has gone back from revision " + before.revision + " to " + revision)
					+ ", as if it had been wiped or restored; believed when it stays so for " + PATIENCE.toSeconds()
					+ "s");
		}
		logger.warn(
				"Backend '{}' has been wiped or restored: revision {} of cluster {} follows {} of cluster {}. "
						+ "Everything is read again",
				this.backend, revision, Long.toHexString(cluster), this.seen.revision,
				Long.toHexString(this.seen.cluster));
		this.suspicion = null;
		this.seen = new Position(this.seen.epoch + 1, cluster, revision);
		return this.seen;
	}

	/**
	 * A moment of a cluster's history.
	 *
	 * @param epoch how often the history was found to have begun anew
	 * @param cluster the cluster's id
	 * @param revision the revision; 0 if none was seen
	 */
	record Position(long epoch, long cluster, long revision) {

		Position at(long revision) {
			return new Position(this.epoch, this.cluster, revision);
		}

	}

	private record Suspicion(long cluster, long sinceNanos, int answers) {

		Suspicion confirmed() {
			return new Suspicion(this.cluster, this.sinceNanos, Math.min(MIN_ANSWERS, this.answers + 1));
		}

	}

}
