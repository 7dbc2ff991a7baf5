package io.governance.cli;

import java.util.List;

import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.config.Revision;
import io.governance.operations.ConfigOperations;
import io.governance.operations.PublishMode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "delete", mixinStandardHelpOptions = true, description = "Deletes a document.")
final class DeleteCommand extends DocumentCommand {

	@Option(names = "--expect", paramLabel = "REVISION", description = "Only if the document is at that revision.")
	private @Nullable String revision;

	@Mixin
	private final AuthorOptions author = new AuthorOptions();

	DeleteCommand(Console console) {
		super(console);
	}

	@Override
	int run(ConfigOperations operations, DocumentId id) {
		existing(operations, id);
		Publication deletion = Publication.delete(id);
		operations.publish(
				List.of((this.revision != null) ? deletion.expecting(new Revision(this.revision)) : deletion),
				this.author.author(), PublishMode.CHECKED);
		console().out().println(id + " deleted");
		return ExitCode.OK;
	}

}
