package io.governance.boot.gray;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationEventPublisher;

import io.governance.DaemonThreads;
import io.governance.config.Author;
import io.governance.config.ConfigStore;
import io.governance.config.HistoryEntry;
import io.governance.gray.GrayRules;

/**
 * Remembers the last changes of gray rules, and tells them as application events and in
 * the log, with their authors where the backend keeps a history. It is asked by a thread
 * of its own: rules do not wait for it. Thread-safe.
 */
public final class GrayChanges implements GrayRulesListener, DisposableBean {

	/** How many changes are remembered. */
	private static final int KEPT = 20;

	/** How many changes may wait; those of the oldest that are too many are lost. */
	private static final int WAITING = 1024;

	/** With more than that waiting nobody asks for authors any more. */
	private static final int PATIENCE = 16;

	/** How far back in the history an author is looked for. */
	private static final int HISTORY = 10;

	private static final Logger logger = LoggerFactory.getLogger(GrayChanges.class);

	private final Supplier<@Nullable ConfigStore> store;

	private final ApplicationEventPublisher publisher;

	private final ThreadPoolExecutor executor;

	private final Deque<GrayRulesChanged> last = new ArrayDeque<>();

	/**
	 * Creates a record without changes.
	 * @param store where the history of the documents is; gives {@code null} for nowhere
	 * @param publisher takes the events
	 */
	GrayChanges(Supplier<@Nullable ConfigStore> store, ApplicationEventPublisher publisher) {
		this.store = store;
		this.publisher = publisher;
		this.executor = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING),
				new DaemonThreads("governance-gray-changes"), new ThreadPoolExecutor.DiscardOldestPolicy());
		this.executor.allowCoreThreadTimeOut(true);
	}

	@Override
	public void onRules(GrayRules rules) {
	}

	@Override
	public void onChange(GrayRulesChange change) {
		this.executor.execute(() -> tell(change));
	}

	private void tell(GrayRulesChange change) {
		GrayRulesChanged changed = new GrayRulesChanged(change, author(change));
		synchronized (this.last) {
			this.last.addFirst(changed);
			if (this.last.size() > KEPT) {
				this.last.removeLast();
			}
		}
		logger.info("Gray rules changed by '{}': added {}, removed {}, changed {}{}, documents {}",
				changed.author().printableName(), change.added(), change.removed(), change.changed(),
				change.reordered() ? ", reordered" : "",
				change.documents().stream().map((document) -> document.id().name()).toList());
		try {
			this.publisher.publishEvent(changed);
		}
		catch (RuntimeException ex) {
			logger.warn("A listener to changes of gray rules failed", ex);
		}
	}

	private Author author(GrayRulesChange change) {
		try {
			ConfigStore store = this.store.get();
			if (store != null && this.executor.getQueue().size() <= PATIENCE) {
				for (RuleDocument document : change.documents()) {
					for (HistoryEntry entry : store.history(document.id(), HISTORY)) {
						if (entry.digest().equals(document.digest())) {
							return entry.author();
						}
					}
				}
			}
		}
		catch (RuntimeException ex) {
			logger.debug("Nobody knows who changed the gray rules: {}", ex.toString());
		}
		return Author.UNKNOWN;
	}

	/**
	 * The last changes.
	 * @return up to 20 changes since the start of this process, the newest first
	 */
	public List<GrayRulesChanged> last() {
		synchronized (this.last) {
			return List.copyOf(this.last);
		}
	}

	@Override
	public void destroy() {
		this.executor.shutdownNow();
	}

}
