package io.governance.boot.gray;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;

import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.GovernanceException;
import io.governance.LateSubscription;
import io.governance.Subscription;
import io.governance.boot.gray.GrayRulesChange.InForce;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.ConfigSource;
import io.governance.config.DocumentId;
import io.governance.config.SnapshotCache;
import io.governance.gray.GrayCounters;
import io.governance.gray.GrayRules;
import io.governance.gray.GrayRulesParser;

/**
 * Keeps the gray rules as their document says, and those that it refers to, while they
 * change. Documents that are not valid together leave the rules as they were; a document
 * of rules that is deleted ends them. Thread-safe.
 */
public final class GrayRulesKeeper implements SmartLifecycle {

	/** Starts before the web server, so that the first request finds its rules. */
	private static final int PHASE = 0;

	/** How often documents are read again that change while they are read. */
	private static final int READS = 4;

	private static final Logger logger = LoggerFactory.getLogger(GrayRulesKeeper.class);

	private final ConfigSource source;

	private final DocumentId id;

	private final GrayRulesParser parser;

	private final RuleSources sources;

	private final @Nullable SnapshotCache cache;

	private final List<GrayRulesListener> listeners;

	private final GrayCounters counters = new GrayCounters();

	private volatile InForce current = InForce.NOTHING;

	private volatile GrayRules rules = GrayRules.NONE;

	private volatile GrayRulesStatus status;

	/** The digests of the documents that were looked at last. */
	private @Nullable Map<DocumentId, String> seen;

	private boolean started;

	private @Nullable Round round;

	/**
	 * Creates a keeper without rules, which reads its documents when it is started.
	 * @param source where the documents are
	 * @param id the document of the rules
	 * @param parser reads the rules
	 * @param cache where the last good documents are kept, to start from while those that
	 * are stored are broken or cannot be read; {@code null} for nowhere
	 * @param listeners who is told
	 */
	public GrayRulesKeeper(ConfigSource source, DocumentId id, GrayRulesParser parser, @Nullable SnapshotCache cache,
			List<GrayRulesListener> listeners) {
		this.source = source;
		this.id = id;
		this.parser = parser;
		this.sources = new RuleSources(id, parser);
		this.cache = cache;
		this.listeners = List.copyOf(listeners);
		this.status = new GrayRulesStatus(id, 0, null, true);
	}

	/**
	 * The rules in force. One volatile read.
	 * @return the rules
	 */
	public GrayRules rules() {
		return this.rules;
	}

	/**
	 * How it stands with the rules, for health and endpoints.
	 * @return the status
	 */
	public GrayRulesStatus status() {
		return this.status;
	}

	/**
	 * Where the rules in force come from.
	 * @return the document of the rules and those that it refers to; none if there are no
	 * rules
	 */
	public List<RuleDocument> documents() {
		return this.current.documents();
	}

	/**
	 * How many requests have matched each rule since the start of this process.
	 * @return the counts, which go on when rules change
	 */
	public GrayCounters counters() {
		return this.counters;
	}

	/**
	 * What reads the rules.
	 */
	GrayRulesParser parser() {
		return this.parser;
	}

	@Override
	public void start() {
		Set<DocumentId> wanted = Set.of(this.id);
		try {
			wanted = read();
		}
		catch (BackendUnavailableException ex) {
			logger.warn("Gray rules {} could not be read: {}", this.id, ex.getMessage());
			this.status = this.status.connected(false);
			useLastGood();
		}
		follow(null, wanted);
	}

	/** Reads until all documents are there that the rules refer to. */
	private Set<DocumentId> read() {
		Set<DocumentId> ids = Set.of(this.id);
		for (int i = 0; i < READS; i++) {
			ConfigDocuments documents = this.source.get(ids);
			Set<DocumentId> wanted = this.sources.wanted(documents);
			if (ids.containsAll(wanted)) {
				apply(RuleSources.only(wanted, documents));
				return wanted;
			}
			ids = wanted;
		}
		return ids;
	}

	@Override
	public void stop() {
		Round last;
		synchronized (this) {
			last = this.round;
			this.round = null;
		}
		if (last != null) {
			last.close();
		}
	}

	@Override
	public synchronized boolean isRunning() {
		return this.round != null;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	/** Watches documents instead of those that were watched before. */
	private void follow(@Nullable Round before, Set<DocumentId> ids) {
		Round next = new Round(ids);
		synchronized (this) {
			if (this.round != before) {
				return;
			}
			this.round = next;
		}
		next.watch.set(this.source.watch(ids, next));
		if (before != null) {
			before.close();
		}
	}

	private void delivered(Round from, ConfigDocuments documents) {
		Set<DocumentId> wanted = this.sources.wanted(documents);
		synchronized (this) {
			if (this.round != from) {
				return;
			}
			// Nobody else tells that the backend is back which could not be read at
			// first.
			this.status = this.status.connected(true);
			if (from.ids.containsAll(wanted)) {
				apply(RuleSources.only(wanted, documents));
			}
		}
		if (!from.ids.equals(wanted)) {
			follow(from, wanted);
		}
	}

	private synchronized void apply(ConfigDocuments documents) {
		Map<DocumentId, String> digests = new HashMap<>();
		documents.documents().forEach((document, content) -> digests.put(document, content.digest()));
		if (digests.equals(this.seen)) {
			return;
		}
		this.seen = digests;
		try {
			apply(this.sources.compile(documents), documents);
			this.started = true;
			// To have kept no rules is the same as to have kept nothing.
			if (this.cache != null
					&& (!digests.isEmpty() || Files.exists(this.cache.file(), LinkOption.NOFOLLOW_LINKS))) {
				this.cache.save(documents, Instant.now());
			}
		}
		catch (GovernanceException ex) {
			logger.error("Gray rules are refused, the last good ones stay in force: {}", ex.getMessage());
			if (!this.started) {
				useLastGood();
			}
			this.status = this.status.rejected(String.valueOf(ex.getMessage()), this.rules.size());
			tell((listener) -> listener.onRejected(ex));
		}
	}

	private synchronized void useLastGood() {
		this.started = true;
		if (this.cache == null) {
			return;
		}
		this.cache.load().filter((entry) -> entry.documents().find(this.id).isPresent()).ifPresent((entry) -> {
			try {
				apply(this.sources.compile(entry.documents()), entry.documents());
				logger.warn("Starting with the last good gray rules, kept at {}", entry.time());
			}
			catch (GovernanceException ex) {
				logger.warn("The gray rules kept at {} are of no use: {}", entry.time(), ex.getMessage());
			}
		});
	}

	private void apply(RuleSources.Compiled compiled, ConfigDocuments documents) {
		GrayRules counted = compiled.rules().countedBy(this.counters);
		int count = counted.size();
		InForce before = this.current;
		boolean first = before == InForce.NOTHING;
		InForce now = new InForce(counted, compiled.digests(), describe(documents));
		if (count > 0 || this.rules.size() > 0 || this.status.rejection() != null) {
			logger.info("Gray rules {} are in force: {}", this.id, (count > 0) ? counted : "none");
		}
		this.current = now;
		this.rules = counted;
		this.status = this.status.inForce(count);
		tell((listener) -> listener.onRules(counted));
		if (!first) {
			GrayRulesChange change = GrayRulesChange.between(before, now, Instant.now());
			if (!change.isEmpty()) {
				tell((listener) -> listener.onChange(change));
			}
		}
	}

	private List<RuleDocument> describe(ConfigDocuments documents) {
		return documents.documents()
			.values()
			.stream()
			.map(RuleDocument::of)
			.sorted((one, other) -> Boolean.compare(other.id().equals(this.id), one.id().equals(this.id)))
			.toList();
	}

	private void tell(Consumer<GrayRulesListener> message) {
		for (GrayRulesListener listener : this.listeners) {
			try {
				message.accept(listener);
			}
			catch (RuntimeException | Error ex) {
				logger.warn("A listener to gray rules failed", ex);
			}
		}
	}

	/** A watch of certain documents. */
	private final class Round implements ConfigListener, Subscription {

		private final Set<DocumentId> ids;

		private final LateSubscription watch = new LateSubscription();

		Round(Set<DocumentId> ids) {
			this.ids = Set.copyOf(ids);
		}

		@Override
		public void onDocuments(ConfigDocuments documents) {
			delivered(this, documents);
		}

		@Override
		public void onConnection(ConnectionState state) {
			GrayRulesKeeper keeper = GrayRulesKeeper.this;
			synchronized (keeper) {
				if (keeper.round == this) {
					keeper.status = keeper.status.connected(state == ConnectionState.CONNECTED);
				}
			}
		}

		@Override
		public void close() {
			this.watch.close();
		}

	}

}
