package io.governance.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import io.governance.config.ConfigDocument;
import io.governance.config.DocumentId;
import io.governance.gray.GrayRules;
import io.governance.gray.GrayRulesParser;
import io.governance.gray.RuleDocuments;
import io.governance.operations.ConfigOperations;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * A command about gray rules: those of a backend, or those of a file, for which the
 * documents that they refer to are read from the same directory.
 */
abstract class GrayRulesCommand implements Callable<Integer> {

	@Option(names = "--file", paramLabel = "FILE",
			description = "Rules of a file, before they are published; documents that they refer to are read from "
					+ "the same directory.")
	private @Nullable Path file;

	@Mixin
	private final Connection connection = new Connection();

	@Mixin
	private final GroupOption group = new GroupOption();

	private final Console console;

	GrayRulesCommand(Console console) {
		this.console = console;
	}

	@Override
	public final Integer call() throws Exception {
		if (this.file != null) {
			Path file = this.file;
			return run(GrayRulesParser.withoutApplication()
				.parse(file.toString(), read(file.toString()), neighbours(file)));
		}
		try (Connection.Opened opened = this.connection.open(this.console, false)) {
			ConfigOperations operations = opened.operations();
			DocumentId id = this.group.id(opened.namespace(), opened.grayDocument());
			ConfigDocument document = DocumentCommand.existing(operations, id);
			return run(GrayRulesParser.withoutApplication()
				.parse(id.toString(), document.text(),
						(name) -> operations.get(new DocumentId(id.namespace(), id.group(), name))
							.map(ConfigDocument::text)
							.orElse(null)));
		}
	}

	private RuleDocuments neighbours(Path file) {
		return (name) -> {
			Path neighbour = file.resolveSibling(name);
			try {
				return Files.isRegularFile(neighbour) ? read(neighbour.toString()) : null;
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		};
	}

	abstract int run(GrayRules rules) throws IOException;

	final Console console() {
		return this.console;
	}

	/** The text of a file, or with {@code -} of what is piped in. */
	final String read(String file) throws IOException {
		return Console.text(this.console.read(file), file.equals("-") ? "what is piped in" : file);
	}

}
