package io.governance.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.governance.config.ConfigFormats;
import io.governance.config.ConfigLayer;
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
		description = "Publishes a document, or several at once. What does not parse is refused.")
final class PutCommand extends DocumentCommand {

	@Parameters(index = "1", arity = "0..1", paramLabel = "FILE",
			description = "The new content; without it, or with -, what is piped in.")
	private String file = "-";

	@ArgGroup
	private Expectation expectation = new Expectation();

	@Option(names = "--format", paramLabel = "FORMAT",
			description = "How applications read it, if its name does not tell: yaml, json or properties; text or binary "
					+ "if the whole document is one value.")
	private @Nullable String format;

	@Option(names = "--also", paramLabel = "DOCUMENT=FILE",
			description = "Another document to be published with it, all or none. More than one is allowed.")
	private Map<String, Path> others = new LinkedHashMap<>();

	@Option(names = "--force", description = "Publish even if it does not parse.")
	private boolean force;

	@Mixin
	private final AuthorOptions author = new AuthorOptions();

	PutCommand(Console console) {
		super(console);
	}

	@Override
	boolean createsStore() {
		return true;
	}

	@Override
	int run(ConfigOperations operations, DocumentId id) throws IOException {
		byte[] content = content(this.file);
		List<Publication> publications = new ArrayList<>();
		publications.add(this.expectation.applyTo(Publication.put(id, content)));
		for (Map.Entry<String, Path> other : this.others.entrySet()) {
			publications.add(Publication.put(id(id.namespace(), other.getKey()), content(other.getValue().toString())));
		}
		ConfigOperations checked = (this.format != null) ? operations.reading(List.of(layer(id, this.format)))
				: operations;
		List<Revision> revisions = checked.publish(publications, this.author.author(),
				this.force ? PublishMode.FORCED : PublishMode.CHECKED);
		for (int i = 0; i < revisions.size(); i++) {
			console().out().println(publications.get(i).id() + " revision " + revisions.get(i));
		}
		return ExitCode.OK;
	}

	/** Whose pipe has broken off before it is not to empty a document. */
	private byte[] content(String file) throws IOException {
		byte[] content = console().read(file);
		if (content.length == 0 && file.equals("-")) {
			throw new RefusedException("nothing was piped in: name a file, or pipe the document into this command; "
					+ "an empty document is published from an empty file");
		}
		return content;
	}

	private static ConfigLayer layer(DocumentId id, String format) {
		if (format.equals(ConfigLayer.TEXT) || format.equals(ConfigLayer.BINARY)) {
			return new ConfigLayer(id, format, "value", false);
		}
		Set<String> known = ConfigFormats.standard().extensions();
		if (!known.contains(format)) {
			throw new SettingsException(
					"there is no format '" + format + "': use one of " + known + ", text or binary");
		}
		return new ConfigLayer(id, format, null, false);
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
