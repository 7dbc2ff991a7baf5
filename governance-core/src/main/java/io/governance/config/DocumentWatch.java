package io.governance.config;

import java.time.Duration;
import java.util.Set;

import io.governance.ConnectionState;
import io.governance.LateSubscription;
import io.governance.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * Follows the documents that an engine wants, which may become others with any delivery:
 * then they are watched anew, and what the watch before delivers is of no interest any
 * more. Thread-safe.
 */
final class DocumentWatch implements Subscription {

	private final ConfigSource source;

	private final ConfigEngine engine;

	private final Duration settle;

	private @Nullable Round current;

	private boolean closed;

	DocumentWatch(ConfigSource source, ConfigEngine engine, Duration settle) {
		this.source = source;
		this.engine = engine;
		this.settle = settle;
	}

	void start() {
		follow(null, this.engine.wanted());
	}

	/**
	 * Watches documents instead of those that were watched before.
	 * @param before the round that ends
	 */
	private void follow(@Nullable Round before, Set<DocumentId> ids) {
		Round next = new Round(ids);
		synchronized (this) {
			if (this.closed || this.current != before) {
				next.close();
				return;
			}
			this.current = next;
		}
		next.watch.set(this.source.watch(ids, next));
		if (before != null) {
			before.close();
		}
	}

	private synchronized boolean isCurrent(Round round) {
		return this.current == round && !this.closed;
	}

	@Override
	public void close() {
		Round last;
		synchronized (this) {
			this.closed = true;
			last = this.current;
		}
		if (last != null) {
			last.close();
		}
	}

	/** A watch of certain documents. */
	private final class Round implements ConfigListener, Subscription {

		private final Set<DocumentId> ids;

		private final @Nullable Settling settling;

		private final LateSubscription watch = new LateSubscription();

		/** As it was told last: documents that have settled since say nothing of it. */
		private volatile ConnectionState connection = ConnectionState.CONNECTED;

		Round(Set<DocumentId> ids) {
			this.ids = ids;
			this.settling = DocumentWatch.this.settle.isZero() ? null
					: new Settling(DocumentWatch.this.settle, this::apply);
		}

		@Override
		public void onDocuments(ConfigDocuments documents) {
			if (this.settling != null) {
				this.settling.offer(documents);
			}
			else {
				apply(documents);
			}
		}

		@Override
		public void onConnection(ConnectionState connection) {
			this.connection = connection;
			if (isCurrent(this)) {
				DocumentWatch.this.engine.connection(connection);
			}
		}

		private void apply(ConfigDocuments documents) {
			if (isCurrent(this)) {
				Set<DocumentId> wanted = DocumentWatch.this.engine.apply(documents, this.ids, this.connection);
				if (!wanted.equals(this.ids)) {
					follow(this, wanted);
				}
			}
		}

		@Override
		public void close() {
			this.watch.close();
			if (this.settling != null) {
				this.settling.close();
			}
		}

	}

}
