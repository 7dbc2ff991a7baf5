package io.governance.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import io.governance.config.DocumentId;
import io.governance.config.Publication;
import io.governance.config.Revision;
import io.governance.operations.ConfigOperations;
import io.governance.operations.PublishMode;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "put", mixinStandardHelpOptions = true,
		description = "Publishes a document. One that does not parse is refused.")
final class PutCommand extends DocumentCommand {

	@Parameters(index = "1", arity = "0..1", paramLabel = "FILE",
			description = "The new content; without it, or with -, what is piped in.")
	private String file = "-";

	@ArgGroup
	private Expectation expectation = new Expectation();

	@Option(names = "--force", description = "Publish even if it does not parse.")
	private boolean force;

	@Mixin
	private final AuthorOptions author = new AuthorOptions();

	PutCommand(Console console) {
		super(console);
	}

	@Override
	int run(ConfigOperations operations, DocumentId id) throws IOException {
		byte[] content = this.file.equals("-") ? console().in().readAllBytes() : Files.readAllBytes(Path.of(this.file));
		Publication publication = this.expectation.applyTo(Publication.put(id, content));
		List<Revision> revisions = operations.publish(List.of(publication), this.author.author(),
				this.force ? PublishMode.FORCED : PublishMode.CHECKED);
		console().out().println(id + " revision " + revisions.get(0));
		return ExitCode.OK;
	}

	/** What must be there. */
	static final class Expectation {

		@Option(names = "--expect", paramLabel = "REVISION",
				description = "Only if the document is at that revision, as 'get --revision' prints it.")
		private @Nullable String revision;

		@Option(names = "--create", description = "Only if the document does not exist yet.")
		private boolean create;

		Publication applyTo(Publication publication) {
			if (this.create) {
				return publication.expecting(Revision.ABSENT);
			}
			return (this.revision != null) ? publication.expecting(new Revision(this.revision)) : publication;
		}

	}

}
