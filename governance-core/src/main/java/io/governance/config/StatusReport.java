package io.governance.config;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import io.governance.ConnectionState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says how the config is doing: as a status, in one log line for each change of it, and
 * to listeners. Written by one thread at a time, read by any.
 */
final class StatusReport {

	private static final Logger logger = LoggerFactory.getLogger(ConfigManager.class);

	private final InstantSource clock;

	private final Registrations<ConfigEvents> listeners = new Registrations<>(
			(listener) -> "listener " + listener.getClass().getName());

	private volatile ConfigStatus status;

	StatusReport(InstantSource clock) {
		this.clock = clock;
		this.status = new ConfigStatus(ConfigStatus.Source.NONE, clock.instant(), ConnectionState.CONNECTED, null, null,
				null);
	}

	ConfigStatus status() {
		return this.status;
	}

	Registrations<ConfigEvents> listeners() {
		return this.listeners;
	}

	void loaded() {
		this.status = ConfigStatus.loaded(this.clock.instant());
	}

	void startedFromCache(Instant kept) {
		this.status = new ConfigStatus(ConfigStatus.Source.CACHE, kept, ConnectionState.CONNECTED, null, null, null);
	}

	void startedWithoutBackend(String problem) {
		ConfigStatus now = this.status;
		this.status = new ConfigStatus(now.source(), now.since(), ConnectionState.DISCONNECTED, problem, null, null);
	}

	void applied(ConfigUpdate update, Duration took) {
		ConfigStatus old = this.status;
		ConfigChange change = update.change();
		boolean same = update.isEmpty() && old.source() == ConfigStatus.Source.BACKEND;
		this.status = same ? old.recovered() : old.applied(this.clock.instant());
		warnOfIgnored(change);
		if (!change.before().variants().equals(change.after().variants())) {
			logger.info("Config variants of this instance: {}", describe(change.after().variants()));
		}
		if (!change.isEmpty()) {
			logger.info("Config changed: {}", change);
			tell((listener) -> listener.onApplied(change, took));
		}
		lanesApplied(update);
		if (old.rejection() != null) {
			logger.info("Stored config is good again and in force");
			tell(ConfigEvents::onRecovered);
		}
	}

	private static void lanesApplied(ConfigUpdate update) {
		update.lanes().forEach((name, lane) -> {
			if (!lane.since().isEmpty()) {
				logger.info("Config of requests in lane '{}' changed: {}", name, lane.since());
			}
		});
		update.left().forEach((name) -> logger.info("Config of requests in lane '{}' is that of the instance", name));
	}

	private static String describe(Map<DocumentId, DocumentId> variants) {
		return variants.isEmpty() ? "none"
				: variants.entrySet()
					.stream()
					.map((entry) -> entry.getValue() + " for " + entry.getKey())
					.collect(Collectors.joining(", "));
	}

	private static void warnOfIgnored(ConfigChange change) {
		Set<String> known = change.before()
			.ignored()
			.stream()
			.map((key) -> key.origin().document() + " " + key.key())
			.collect(Collectors.toSet());
		List<IgnoredKey> fresh = change.after()
			.ignored()
			.stream()
			.filter((key) -> !known.contains(key.origin().document() + " " + key.key()))
			.toList();
		if (!fresh.isEmpty()) {
			logger.warn("Remote config may not set {}: ignored, unless governance.config.allowed-keys names it",
					IgnoredKey.describe(fresh));
		}
	}

	ConfigRejection rejected(ConfigDocuments refused, ConfigDocuments inForce, Throwable failure) {
		ConfigRejection rejection = reject(refused, inForce, failure);
		logger.error("Config rejected, the last good config stays in force: {}", rejection.describe());
		logger.debug("Config rejected", FailureTrace.of(failure));
		tell((listener) -> listener.onRejected(rejection));
		return rejection;
	}

	/**
	 * Without a log line: at start there is no logging yet, and whoever starts has the
	 * means to say it later.
	 */
	void rejectedAtStart(ConfigDocuments refused, ConfigDocuments inForce, Throwable failure) {
		ConfigRejection rejection = reject(refused, inForce, failure);
		tell((listener) -> listener.onRejected(rejection));
	}

	private ConfigRejection reject(ConfigDocuments refused, ConfigDocuments inForce, Throwable failure) {
		ConfigRejection rejection = ConfigRejection.of(refused, inForce, failure, this.clock.instant());
		this.status = this.status.with(rejection);
		return rejection;
	}

	void connection(ConnectionState connection) {
		ConfigStatus old = this.status;
		if (old.connection() == connection) {
			return;
		}
		this.status = old.with(connection);
		if (connection == ConnectionState.CONNECTED) {
			logger.info("Config backend can be reached again");
		}
		else {
			logger.warn("Config backend cannot be reached: the config in force stays");
		}
		tell((listener) -> listener.onConnection(connection));
	}

	private void tell(Consumer<ConfigEvents> event) {
		for (Registrations.Registration<ConfigEvents> listener : this.listeners.members()) {
			try {
				listener.call(event::accept);
			}
			catch (Throwable ex) {
				// Errors too: the change is through, and a listener has no say in it.
				logger.warn("A listener for config events failed", FailureTrace.of(ex));
			}
		}
	}

}
