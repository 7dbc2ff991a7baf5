package io.governance.cli;

import io.governance.config.DocumentId;
import io.governance.config.Revision;
import io.governance.operations.ConfigOperations;
import io.governance.operations.PublishMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "promote", mixinStandardHelpOptions = true,
		description = "Makes a variant of a document the document, unless somebody else writes meanwhile.")
final class PromoteCommand extends DocumentCommand {

	@Parameters(index = "1", paramLabel = "VARIANT",
			description = "The variant, such as big-pool for orders.big-pool.yaml.")
	private String variant = "";

	@Option(names = "--force", description = "Publish even if it does not parse.")
	private boolean force;

	@Mixin
	private final AuthorOptions author = new AuthorOptions();

	PromoteCommand(Console console) {
		super(console);
	}

	@Override
	int run(ConfigOperations operations, DocumentId id) {
		Revision revision = operations.promote(id, this.variant, this.author.author("promote " + this.variant),
				this.force ? PublishMode.FORCED : PublishMode.CHECKED);
		console().out().println(id + " revision " + revision + ", " + id.variant(this.variant) + " deleted");
		return ExitCode.OK;
	}

}
