package io.governance.cli;

import io.governance.config.ConfigDocument;
import io.governance.config.DocumentId;
import io.governance.operations.ConfigOperations;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "get", mixinStandardHelpOptions = true, description = "Prints a document as it is stored.")
final class GetCommand extends DocumentCommand {

	@Option(names = "--version-of", paramLabel = "VERSION",
			description = "An earlier version: a revision, the beginning of a digest, or ~1 for the one before the newest.")
	private @Nullable String version;

	@Option(names = "--revision", description = "Print the revision instead, for --expect.")
	private boolean revision;

	GetCommand(Console console) {
		super(console);
	}

	@Override
	int run(ConfigOperations operations, DocumentId id) {
		ConfigDocument document = (this.version != null) ? operations.version(operations.entry(id, this.version))
				: existing(operations, id);
		if (this.revision) {
			console().out().println(document.revision());
		}
		else {
			console().out().writeBytes(document.content());
			console().out().flush();
		}
		return ExitCode.OK;
	}

}
