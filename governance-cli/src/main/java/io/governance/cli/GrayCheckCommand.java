package io.governance.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.governance.gray.ConfigRule;
import io.governance.gray.GrayRules;
import io.governance.gray.RequestRule;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

@Command(name = "check", mixinStandardHelpOptions = true,
		description = "Checks gray rules together with the documents that they refer to, and lists them: name, what "
				+ "it does, condition, priority, state.")
final class GrayCheckCommand extends GrayRulesCommand {

	@Mixin
	private final OutputOption output = new OutputOption();

	GrayCheckCommand(Console console) {
		super(console);
	}

	@Override
	int run(GrayRules rules) {
		List<Map<String, Object>> rows = new ArrayList<>();
		rules.rules().forEach((rule) -> rows.add(row(rule)));
		rules.configRules().forEach((rule) -> rows.add(row(rule)));
		this.output.print(console(), rows);
		console().err().println("governance: " + rows.size() + " gray rules are valid");
		return ExitCode.OK;
	}

	private static Map<String, Object> row(RequestRule rule) {
		return row(rule.name(), rule.target(), rule.strategy(), rule.terms().priority(),
				!rule.terms().enabled() ? "disabled" : rule.terms().observe() ? "observed" : "enabled");
	}

	private static Map<String, Object> row(ConfigRule rule) {
		return row(rule.name(), "config of " + rule.application() + ": " + rule.variant(), rule.strategy(), 0,
				"enabled");
	}

	private static Map<String, Object> row(String name, String target, Object condition, int priority, String state) {
		Map<String, Object> row = new LinkedHashMap<>();
		row.put("rule", name);
		row.put("target", target);
		row.put("condition", condition.toString());
		row.put("priority", priority);
		row.put("state", state);
		return row;
	}

}
