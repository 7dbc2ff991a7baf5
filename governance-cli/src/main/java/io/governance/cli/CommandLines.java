package io.governance.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.governance.BackendUnavailableException;
import io.governance.GovernanceException;
import io.governance.operations.PartialImportException;
import io.governance.operations.PartialPromotionException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IVersionProvider;

/**
 * Puts the commands together and turns their failures into messages and exit codes.
 */
final class CommandLines {

	/** What Java makes of letters that the locale does not have. */
	private static final char UNREADABLE = '\uFFFD';

	private CommandLines() {
	}

	static int execute(Console console, String... arguments) {
		CommandLine line = new CommandLine(new GovernanceCommand());
		add(line, commands(console), (arguments.length > 0) ? arguments[0] : "");
		tellVersion(line, new GovernanceCommand.Version());
		line.setOut(new PrintWriter(console.out(), true));
		line.setErr(new PrintWriter(console.err(), true));
		line.setCaseInsensitiveEnumValuesAllowed(true);
		line.setExecutionExceptionHandler((exception, command, result) -> failed(exception, console));
		if (List.of(arguments).stream().anyMatch((argument) -> argument.indexOf(UNREADABLE) >= 0)) {
			return say(console, "what was typed has letters that are lost in this locale ("
					+ System.getProperty("sun.jnu.encoding") + "): set LC_ALL=C.UTF-8", ExitCode.USAGE);
		}
		return written(line.execute(arguments), console);
	}

	/**
	 * Who prints is not told that nothing arrives: a full disk, a pipe without reader.
	 */
	private static int written(int code, Console console) {
		if (code == ExitCode.OK && console.out().checkError()) {
			return say(console, "it is done, but its results could not be written to the standard output",
					ExitCode.UNEXPECTED);
		}
		return code;
	}

	private static Map<String, Supplier<Object>> commands(Console console) {
		Map<String, Supplier<Object>> commands = new LinkedHashMap<>();
		commands.put("get", () -> new GetCommand(console));
		commands.put("put", () -> new PutCommand(console));
		commands.put("delete", () -> new DeleteCommand(console));
		commands.put("list", () -> new ListCommand(console));
		commands.put("history", () -> new HistoryCommand(console));
		commands.put("diff", () -> new DiffCommand(console));
		commands.put("rollback", () -> new RollbackCommand(console));
		commands.put("promote", () -> new PromoteCommand(console));
		commands.put("abort", () -> new AbortCommand(console));
		commands.put("export", () -> new ExportCommand(console));
		commands.put("import", () -> new ImportCommand(console));
		commands.put("watch", () -> new WatchCommand(console));
		commands.put("lint", () -> new LintCommand(console));
		commands.put("encrypt", () -> new EncryptCommand(console));
		commands.put("gray",
				() -> new CommandLine(new GrayCommand()).addSubcommand(new GrayExplainCommand(console))
					.addSubcommand(new GraySimulateCommand(console))
					.addSubcommand(new GrayCheckCommand(console)));
		return commands;
	}

	/**
	 * Adds the command that is asked for, since each costs time to build; all, if it is
	 * none of them.
	 */
	private static void add(CommandLine line, Map<String, Supplier<Object>> commands, String asked) {
		Supplier<Object> command = commands.get(asked);
		if (command != null) {
			line.addSubcommand(asked, command.get());
		}
		else {
			commands.forEach((name, other) -> line.addSubcommand(name, other.get()));
		}
	}

	/** So that {@code governance get --version} tells it, too. */
	private static void tellVersion(CommandLine line, IVersionProvider version) {
		line.getCommandSpec().versionProvider(version);
		line.getSubcommands().values().forEach((command) -> tellVersion(command, version));
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
		if (message != null && message.contains(".ssl-bundle")) {
			console.err().println("governance: here, --tls-ca, --tls-cert and --tls-key are the SSL bundle");
		}
		return code;
	}

}
