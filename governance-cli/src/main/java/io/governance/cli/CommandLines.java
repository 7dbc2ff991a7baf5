package io.governance.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.stream.Stream;

import io.governance.BackendUnavailableException;
import io.governance.GovernanceException;
import io.governance.operations.PartialImportException;
import io.governance.operations.PartialPromotionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * Puts the commands together and turns their failures into messages and exit codes.
 */
final class CommandLines {

	private CommandLines() {
	}

	static int execute(Console console, String... arguments) {
		CommandLine line = new CommandLine(new GovernanceCommand());
		Stream
			.of(new GetCommand(console), new PutCommand(console), new DeleteCommand(console), new ListCommand(console),
					new HistoryCommand(console), new DiffCommand(console), new RollbackCommand(console),
					new PromoteCommand(console), new AbortCommand(console), new ExportCommand(console),
					new ImportCommand(console), new WatchCommand(console), new LintCommand(console),
					new EncryptCommand(console))
			.forEach(line::addSubcommand);
		line.addSubcommand(new CommandLine(new GrayCommand()).addSubcommand(new GrayExplainCommand(console))
			.addSubcommand(new GraySimulateCommand(console))
			.addSubcommand(new GrayCheckCommand(console)));
		line.setOut(new PrintWriter(console.out(), true));
		line.setErr(new PrintWriter(console.err(), true));
		line.setCaseInsensitiveEnumValuesAllowed(true);
		line.setExecutionExceptionHandler((exception, command, result) -> failed(exception, console));
		return line.execute(arguments);
	}

	private static int failed(Exception exception, Console console) {
		if (exception instanceof SettingsException || exception instanceof CommandLine.ParameterException) {
			return say(console, exception.getMessage(), ExitCode.USAGE);
		}
		boolean partial = exception instanceof PartialImportException || exception instanceof PartialPromotionException;
		if (exception instanceof BackendUnavailableException
				|| (partial && exception.getCause() instanceof BackendUnavailableException)) {
			return say(console, exception.getMessage(), ExitCode.UNREACHABLE);
		}
		if (exception instanceof GovernanceException || exception instanceof UnsupportedOperationException
				|| exception instanceof IllegalArgumentException) {
			return say(console, exception.getMessage(), ExitCode.REFUSED);
		}
		if (exception instanceof IOException || exception instanceof UncheckedIOException) {
			return say(console, "a file cannot be used: " + exception, ExitCode.REFUSED);
		}
		return say(console, "unexpected: " + exception, ExitCode.UNEXPECTED);
	}

	private static int say(Console console, @Nullable String message, int code) {
		console.err().println("governance: " + message);
		return code;
	}

}
