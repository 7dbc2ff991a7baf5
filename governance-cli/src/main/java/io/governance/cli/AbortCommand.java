package io.governance.cli;

import io.governance.config.DocumentId;
import io.governance.operations.ConfigOperations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "abort", mixinStandardHelpOptions = true,
		description = "Gives a variant of a document up: whoever has it goes back to the document.")
final class AbortCommand extends DocumentCommand {

	@Parameters(index = "1", paramLabel = "VARIANT",
			description = "The variant, such as big-pool for orders.big-pool.yaml.")
	private String variant = "";

	@Mixin
	private final AuthorOptions author = new AuthorOptions();

	AbortCommand(Console console) {
		super(console);
	}

	@Override
	int run(ConfigOperations operations, DocumentId id) {
		operations.abort(id, this.variant, this.author.author("abort " + this.variant));
		console().out().println(id.variant(this.variant) + " deleted");
		return ExitCode.OK;
	}

}
