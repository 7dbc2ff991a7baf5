package io.governance.cli;

import io.governance.config.DocumentId;
import io.governance.config.HistoryEntry;
import io.governance.config.Revision;
import io.governance.operations.ConfigOperations;
import io.governance.operations.PublishMode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "rollback", mixinStandardHelpOptions = true,
		description = "Publishes an earlier version of a document again, unless somebody else writes meanwhile.")
final class RollbackCommand extends DocumentCommand {

	@Option(names = "--to", paramLabel = "VERSION",
			description = "A revision, the beginning of a digest, or ~1 for the version before the newest "
					+ "(default: the last one with other content).")
	private @Nullable String version;

	@Option(names = "--force", description = "Publish even if it does not parse.")
	private boolean force;

	@Mixin
	private final AuthorOptions author = new AuthorOptions();

	RollbackCommand(Console console) {
		super(console);
	}

	@Override
	int run(ConfigOperations operations, DocumentId id) {
		HistoryEntry entry = (this.version != null) ? operations.entry(id, this.version) : operations.previous(id);
		Revision revision = operations.rollback(entry, this.author.author("rollback to " + entry.revision()),
				this.force ? PublishMode.FORCED : PublishMode.CHECKED);
		console().out().println(id + " revision " + revision + " as of " + entry.time());
		return ExitCode.OK;
	}

}
