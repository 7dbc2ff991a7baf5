package io.governance.cli;

import java.nio.file.Path;
import java.util.Locale;

import io.governance.config.Author;
import io.governance.operations.ConfigArchive;
import io.governance.operations.ConfigOperations;
import io.governance.operations.ImportPlan;
import io.governance.operations.PublishMode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "import", mixinStandardHelpOptions = true,
		description = "Publishes what an export holds, into any namespace: only what differs, each document only if it "
				+ "has not changed meanwhile.")
final class ImportCommand extends BackendCommand {

	@Parameters(paramLabel = "SOURCE", description = "The directory or zip file.")
	private Path source = Path.of("");

	@Option(names = "--dry-run", description = "Only show what would be done.")
	private boolean dryRun;

	@Option(names = "--prune", description = "Delete documents of its groups that it does not hold.")
	private boolean prune;

	@Option(names = "--edited", description = "Its documents may differ from its manifest.")
	private boolean edited;

	@Option(names = "--force", description = "Publish even what does not parse.")
	private boolean force;

	@Mixin
	private final AuthorOptions author = new AuthorOptions();

	ImportCommand(Console console) {
		super(console);
	}

	@Override
	boolean createsStore() {
		return true;
	}

	@Override
	int run(ConfigOperations operations, String namespace) {
		ConfigArchive archive = ConfigArchive.read(this.source, this.edited);
		ImportPlan plan = operations.plan(archive, namespace, this.prune);
		plan.steps()
			.stream()
			.filter((step) -> step.kind() != ImportPlan.Kind.KEEP)
			.forEach((step) -> console().out().println(step.kind().name().toLowerCase(Locale.ROOT) + "\t" + step.id()));
		int changes = plan.changes().size();
		if (this.dryRun) {
			console().err().println("governance: " + changes + " documents would be written");
			return ExitCode.OK;
		}
		Author who = this.author.author("import from " + archive.namespace() + " of " + archive.time());
		int publications = operations.apply(plan, who, this.force ? PublishMode.FORCED : PublishMode.CHECKED);
		console().err().println("governance: " + changes + " documents written in " + publications + " publications");
		return ExitCode.OK;
	}

}
