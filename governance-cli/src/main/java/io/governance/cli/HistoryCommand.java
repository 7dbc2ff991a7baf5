package io.governance.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.governance.config.DocumentId;
import io.governance.config.HistoryEntry;
import io.governance.operations.ConfigOperations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "history", mixinStandardHelpOptions = true,
		description = "Shows who changed a document, the newest change first: time, author, revision, digest, reason.")
final class HistoryCommand extends DocumentCommand {

	@Option(names = "--limit", paramLabel = "N", description = "How many changes (default: 20).")
	private int limit = 20;

	@Mixin
	private final OutputOption output = new OutputOption();

	HistoryCommand(Console console) {
		super(console);
	}

	@Override
	int run(ConfigOperations operations, DocumentId id) {
		if (this.limit < 1) {
			throw new SettingsException("--limit must be 1 or more");
		}
		List<HistoryEntry> entries = operations.history(id, this.limit);
		if (entries.isEmpty()) {
			existing(operations, id);
		}
		this.output.print(console(), entries.stream().map(HistoryCommand::row).toList());
		return ExitCode.OK;
	}

	private static Map<String, Object> row(HistoryEntry entry) {
		Map<String, Object> row = new LinkedHashMap<>();
		row.put("time", entry.time().toString());
		row.put("author", entry.author().name());
		row.put("revision", entry.deletion() ? "deleted" : entry.revision().value());
		row.put("digest", entry.digest());
		row.put("comment", entry.author().comment());
		return row;
	}

}
