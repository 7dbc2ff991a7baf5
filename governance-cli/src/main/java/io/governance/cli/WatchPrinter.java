package io.governance.cli;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;

import io.governance.ConnectionState;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.ConfigListener;
import io.governance.config.DocumentId;
import io.governance.config.InvalidConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Prints what a watch tells.
 */
final class WatchPrinter implements ConfigListener {

	private final Console console;

	private final Set<DocumentId> ids;

	private final boolean diff;

	private final Runnable enough;

	private int left;

	private @Nullable ConfigDocuments known;

	WatchPrinter(Console console, Set<DocumentId> ids, boolean diff, int count, Runnable enough) {
		this.console = console;
		this.ids = ids;
		this.diff = diff;
		this.left = count;
		this.enough = enough;
	}

	@Override
	public void onDocuments(ConfigDocuments documents) {
		ConfigDocuments before = this.known;
		this.known = documents;
		for (DocumentId id : this.ids) {
			Optional<ConfigDocument> now = documents.find(id);
			if (before == null) {
				print(id, now, Optional.empty());
				continue;
			}
			Optional<ConfigDocument> earlier = before.find(id);
			if (this.left > 0 && !earlier.map(ConfigDocument::digest).equals(now.map(ConfigDocument::digest))) {
				print(id, now, earlier);
				if (--this.left == 0) {
					this.enough.run();
				}
			}
		}
		boolean unheard = this.console.out().checkError();
		if (unheard || (before == null && this.left == 0)) {
			this.enough.run();
		}
	}

	private void print(DocumentId id, Optional<ConfigDocument> now, Optional<ConfigDocument> earlier) {
		this.console.out()
			.println(Instant.now().truncatedTo(ChronoUnit.MILLIS) + "\t" + id + "\t"
					+ now.map((document) -> document.revision() + "\t" + document.digest()).orElse("absent"));
		if (this.diff && this.known != null) {
			try {
				LineDiff.between(earlier.map(ConfigDocument::text).orElse(""), now.map(ConfigDocument::text).orElse(""))
					.unified("before", "now", 3)
					.forEach(this.console.out()::println);
			}
			catch (InvalidConfigException ex) {
				this.console.err().println("governance: " + ex.getMessage());
			}
		}
	}

	@Override
	public void onConnection(ConnectionState state) {
		this.console.err()
			.println("governance: " + ((state == ConnectionState.CONNECTED) ? "the backend is back"
					: "the backend does not answer; waiting for it"));
	}

}
