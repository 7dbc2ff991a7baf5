package io.governance.cli;

import java.io.IOException;
import java.nio.file.Path;

import io.governance.config.ConfigDocument;
import io.governance.config.DocumentId;
import io.governance.config.Revision;
import io.governance.operations.ConfigOperations;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "diff", mixinStandardHelpOptions = true,
		description = "Shows how two versions of a document differ; by default, what the last change has changed.")
final class DiffCommand extends DocumentCommand {

	@Parameters(index = "1", arity = "0..1", paramLabel = "FROM",
			description = "The older version (default: the last one with other content; with --file, what is stored).")
	private @Nullable String from;

	@Parameters(index = "2", arity = "0..1", paramLabel = "TO",
			description = "The newer version (default: what is stored).")
	private @Nullable String to;

	@Option(names = "--file", paramLabel = "FILE", description = "Compare with a file: what 'put' would change.")
	private @Nullable Path file;

	@Option(names = "--context", paramLabel = "N", description = "Unchanged lines around each change (default: 3).")
	private int context = 3;

	DiffCommand(Console console) {
		super(console);
	}

	@Override
	int run(ConfigOperations operations, DocumentId id) throws IOException {
		if (this.context < 0) {
			throw new SettingsException("--context must not be negative");
		}
		ConfigDocument before = before(operations, id);
		ConfigDocument after = after(operations, id);
		LineDiff.between(before.text(), after.text())
			.unified(label(before), label(after), this.context)
			.forEach(console().out()::println);
		return ExitCode.OK;
	}

	private ConfigDocument before(ConfigOperations operations, DocumentId id) {
		if (this.from != null) {
			return operations.version(operations.entry(id, this.from));
		}
		if (this.file != null) {
			return operations.get(id).orElseGet(() -> ConfigDocument.of(id, "", Revision.ABSENT));
		}
		return operations.version(operations.previous(id));
	}

	private ConfigDocument after(ConfigOperations operations, DocumentId id) throws IOException {
		if (this.file != null) {
			return ConfigDocument.of(id, console().read(this.file.toString()), new Revision(this.file.toString()));
		}
		return (this.to != null) ? operations.version(operations.entry(id, this.to)) : existing(operations, id);
	}

	private static String label(ConfigDocument document) {
		return document.id() + "@" + document.revision();
	}

}
