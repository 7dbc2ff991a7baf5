package io.governance.operations;

import java.util.List;
import java.util.Locale;

import io.governance.config.ConfigDocument;
import io.governance.config.ConfigStore;
import io.governance.config.DocumentId;
import io.governance.config.HistoryEntry;

/**
 * Finds earlier versions of documents. Thread-safe.
 */
final class Versions {

	private static final int MAX_HISTORY = 1_000;

	private static final int MIN_PREFIX = 6;

	private final ConfigStore store;

	Versions(ConfigStore store) {
		this.store = store;
	}

	HistoryEntry entry(DocumentId id, String version) {
		List<HistoryEntry> entries = this.store.history(id, MAX_HISTORY);
		if (version.matches("~\\d{1,9}")) {
			int index = Integer.parseInt(version, 1, version.length(), 10);
			if (index < entries.size()) {
				return entries.get(index);
			}
			throw UnknownVersionException.of(id, version, "its history has " + entries.size() + " entries");
		}
		List<HistoryEntry> exact = entries.stream()
			.filter((entry) -> !entry.deletion() && entry.revision().value().equals(version))
			.toList();
		String prefix = version.toLowerCase(Locale.ROOT);
		List<HistoryEntry> fitting = (!exact.isEmpty() || version.length() < MIN_PREFIX) ? exact
				: entries.stream().filter((entry) -> entry.digest().startsWith(prefix)).toList();
		if (fitting.isEmpty()) {
			throw UnknownVersionException.of(id, version,
					"give a revision or a digest that its history shows, or ~1 for the one before the newest");
		}
		if (fitting.stream().map(HistoryEntry::digest).distinct().count() > 1) {
			throw UnknownVersionException.of(id, version, "several versions fit: give more of the digest");
		}
		return fitting.get(0);
	}

	/**
	 * The newest entry whose content has another digest.
	 */
	HistoryEntry previous(DocumentId id, String now) {
		return this.store.history(id, MAX_HISTORY)
			.stream()
			.filter((entry) -> !entry.deletion() && !entry.digest().equals(now))
			.findFirst()
			.orElseThrow(() -> UnknownVersionException.noOther(id));
	}

	ConfigDocument content(HistoryEntry entry) {
		if (entry.deletion()) {
			throw UnknownVersionException.of(entry.id(), "of " + entry.time(), "it was deleted then");
		}
		return this.store.version(entry)
			.orElseThrow(() -> UnknownVersionException.of(entry.id(), entry.revision().value(),
					"its content is no longer kept"));
	}

}
