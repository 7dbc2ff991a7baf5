package io.governance.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.governance.config.ConfigDocument;
import io.governance.operations.ConfigOperations;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "list", mixinStandardHelpOptions = true,
		description = "Lists documents: group, name, revision, digest, size. All groups unless one is chosen.")
final class ListCommand extends BackendCommand {

	@Mixin
	private final GroupOption group = new GroupOption();

	@Mixin
	private final OutputOption output = new OutputOption();

	ListCommand(Console console) {
		super(console);
	}

	@Override
	int run(ConfigOperations operations, String namespace) {
		Set<String> groups = this.group.get().map(Set::of).orElse(Set.of());
		List<Map<String, Object>> rows = operations.documents(namespace, groups)
			.documents()
			.values()
			.stream()
			.map(ListCommand::row)
			.toList();
		this.output.print(console(), rows);
		return ExitCode.OK;
	}

	private static Map<String, Object> row(ConfigDocument document) {
		Map<String, Object> row = new LinkedHashMap<>();
		row.put("group", document.id().group());
		row.put("name", document.id().name());
		row.put("revision", document.revision().value());
		row.put("digest", document.digest());
		row.put("size", document.size());
		return row;
	}

}
