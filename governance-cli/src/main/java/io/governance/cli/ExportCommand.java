package io.governance.cli;

import java.nio.file.Path;
import java.util.Set;

import io.governance.operations.ConfigArchive;
import io.governance.operations.ConfigOperations;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

@Command(name = "export", mixinStandardHelpOptions = true,
		description = "Writes the documents of a namespace, all groups unless one is chosen, to a directory or a zip file.")
final class ExportCommand extends BackendCommand {

	@Parameters(paramLabel = "TARGET", description = "An empty or new directory, or a file that ends with .zip.")
	private @Nullable Path target;

	@Mixin
	private final GroupOption group = new GroupOption();

	@Mixin
	private final AuthorOptions author = new AuthorOptions();

	ExportCommand(Console console) {
		super(console);
	}

	@Override
	int run(ConfigOperations operations, String namespace) {
		ConfigArchive archive = operations.export(namespace, this.group.get().map(Set::of).orElse(Set.of()),
				this.author.author());
		if (this.target != null) {
			archive.write(this.target);
		}
		console().out()
			.println(archive.documents().documents().size() + " documents of " + namespace + " in " + this.target);
		return ExitCode.OK;
	}

}
