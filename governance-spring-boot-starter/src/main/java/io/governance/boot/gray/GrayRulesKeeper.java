package io.governance.boot.gray;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;

import io.governance.BackendUnavailableException;
import io.governance.ConnectionState;
import io.governance.GovernanceException;
import io.governance.Subscription;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.ConfigSource;
import io.governance.config.DocumentId;
import io.governance.config.SnapshotCache;
import io.governance.gray.GrayRules;
import io.governance.gray.GrayRulesParser;

/**
 * Keeps the gray rules as their document says, while it changes. A document that is not
 * valid leaves the rules as they were; one that is deleted ends them. Thread-safe.
 */
public final class GrayRulesKeeper implements SmartLifecycle, ConfigListener {

	/** Starts before the web server, so that the first request finds its rules. */
	private static final int PHASE = 0;

	private static final Logger logger = LoggerFactory.getLogger(GrayRulesKeeper.class);

	private final ConfigSource source;

	private final DocumentId id;

	private final GrayRulesParser parser;

	private final @Nullable SnapshotCache cache;

	private final List<GrayRulesListener> listeners;

	private volatile GrayRules rules = GrayRules.NONE;

	private volatile GrayRulesStatus status;

	/** The digest of the document that was looked at last; empty for none. */
	private @Nullable String seen;

	private boolean started;

	private @Nullable Subscription watch;

	/**
	 * Creates a keeper without rules, which reads its document when it is started.
	 * @param source where the document is
	 * @param id the document
	 * @param parser reads the rules
	 * @param cache where the last good document is kept, to start from while the one that
	 * is stored is broken or cannot be read; {@code null} for nowhere
	 * @param listeners who is told
	 */
	public GrayRulesKeeper(ConfigSource source, DocumentId id, GrayRulesParser parser, @Nullable SnapshotCache cache,
			List<GrayRulesListener> listeners) {
		this.source = source;
		this.id = id;
		this.parser = parser;
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
	 * What reads the rules.
	 */
	GrayRulesParser parser() {
		return this.parser;
	}

	@Override
	public void start() {
		try {
			onDocuments(this.source.get(Set.of(this.id)));
		}
		catch (BackendUnavailableException ex) {
			logger.warn("Gray rules {} could not be read: {}", this.id, ex.getMessage());
			this.status = this.status.connected(false);
			useLastGood();
		}
		Subscription watch = this.source.watch(Set.of(this.id), this);
		synchronized (this) {
			this.watch = watch;
		}
	}

	@Override
	public void stop() {
		Subscription watch;
		synchronized (this) {
			watch = this.watch;
			this.watch = null;
		}
		if (watch != null) {
			watch.close();
		}
	}

	@Override
	public synchronized boolean isRunning() {
		return this.watch != null;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

	@Override
	public synchronized void onDocuments(ConfigDocuments documents) {
		ConfigDocument document = documents.find(this.id).orElse(null);
		String digest = (document != null) ? document.digest() : "";
		if (digest.equals(this.seen)) {
			return;
		}
		this.seen = digest;
		try {
			GrayRules parsed = (document != null) ? this.parser.parse(this.id.toString(), document.text())
					: GrayRules.NONE;
			apply(parsed);
			this.started = true;
			// To have kept no rules is the same as to have kept nothing.
			if (this.cache != null
					&& (document != null || Files.exists(this.cache.file(), LinkOption.NOFOLLOW_LINKS))) {
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
		this.cache.load().ifPresent((entry) -> entry.documents().find(this.id).ifPresent((document) -> {
			try {
				apply(this.parser.parse(this.id.toString(), document.text()));
				logger.warn("Starting with the last good gray rules, kept at {}", entry.time());
			}
			catch (GovernanceException ex) {
				logger.warn("The gray rules kept at {} are of no use: {}", entry.time(), ex.getMessage());
			}
		}));
	}

	private void apply(GrayRules parsed) {
		int count = parsed.size();
		if (count > 0 || this.rules.size() > 0 || this.status.rejection() != null) {
			logger.info("Gray rules {} are in force: {}", this.id, (count > 0) ? parsed : "none");
		}
		this.rules = parsed;
		this.status = this.status.inForce(count);
		tell((listener) -> listener.onRules(parsed));
	}

	private void tell(Consumer<GrayRulesListener> message) {
		for (GrayRulesListener listener : this.listeners) {
			try {
				message.accept(listener);
			}
			catch (RuntimeException ex) {
				logger.warn("A listener to gray rules failed", ex);
			}
		}
	}

	@Override
	public synchronized void onConnection(ConnectionState state) {
		this.status = this.status.connected(state == ConnectionState.CONNECTED);
	}

}
