package io.governance.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

import io.governance.lint.ApplicationMetadata;
import io.governance.lint.ConfigLinter;
import io.governance.lint.DocumentFiles;
import io.governance.lint.LintFinding;
import io.governance.lint.LintFinding.Severity;
import io.governance.operations.DocumentChecks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "lint", mixinStandardHelpOptions = true,
		description = "Checks files of documents before they are published: whether they parse, and with --metadata "
				+ "whether the application knows their keys and can read their values.")
final class LintCommand implements Callable<Integer> {

	@Parameters(arity = "1..*", paramLabel = "FILE", description = "Documents, or directories of them.")
	private List<Path> files = List.of();

	@Option(names = "--metadata", paramLabel = "PATH",
			description = "The application: its jar (executable ones with all that is in them), a directory of classes "
					+ "or jars, or a spring-configuration-metadata.json. More than one is allowed.")
	private List<Path> metadata = List.of();

	@Option(names = "--allow-prefix", paramLabel = "PREFIX", split = ",",
			description = "Keys that begin so are fine, though no metadata know them.")
	private List<String> allowed = List.of();

	@Option(names = "--gray-document", paramLabel = "NAME",
			description = "The document that holds gray rules (default: ${DEFAULT-VALUE}).")
	private String grayDocument = DocumentChecks.GRAY_DOCUMENT;

	@Option(names = "--strict", description = "Warnings count as errors.")
	private boolean strict;

	@Mixin
	private final OutputOption output = new OutputOption();

	private final Console console;

	LintCommand(Console console) {
		this.console = console;
	}

	@Override
	public Integer call() throws IOException {
		ConfigLinter linter = ConfigLinter.of(this.metadata.isEmpty() ? null : ApplicationMetadata.read(this.metadata),
				this.allowed, this.grayDocument);
		List<LintFinding> findings = new ArrayList<>();
		List<Path> documents = DocumentFiles.find(this.files);
		for (Path document : documents) {
			findings.addAll(DocumentFiles.lint(linter, document));
		}
		this.output.printFindings(this.console, findings);
		long errors = findings.stream().filter((finding) -> finding.severity() == Severity.ERROR).count();
		this.console.err()
			.println("governance: " + documents.size() + " documents, " + errors + " errors, "
					+ (findings.size() - errors) + " warnings");
		boolean bad = errors > 0 || (this.strict && !findings.isEmpty());
		return bad ? ExitCode.REFUSED : ExitCode.OK;
	}

}
