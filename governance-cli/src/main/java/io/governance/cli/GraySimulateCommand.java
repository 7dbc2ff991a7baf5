package io.governance.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import io.governance.gray.ExperimentRule;
import io.governance.gray.GrayContext;
import io.governance.gray.GrayRules;
import io.governance.gray.RequestRule;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "simulate", mixinStandardHelpOptions = true,
		description = "Runs a file of user ids against one rule and prints how many of them match, or get each "
				+ "variant: result, users, percent. Whether the rule is enabled, has ended or comes after another one "
				+ "makes no difference.")
final class GraySimulateCommand extends GrayRulesCommand {

	@Option(names = "--rule", paramLabel = "NAME", required = true, description = "The rule.")
	private String rule = "";

	@Option(names = "--users", paramLabel = "FILE", required = true,
			description = "The ids, one in each line; - for what is piped in. Blank lines, and those that begin "
					+ "with #, do not count.")
	private String users = "";

	@Option(names = "--header", paramLabel = "NAME=VALUE",
			description = "A header that all of them send. More than one is allowed.")
	private Map<String, String> headers = new LinkedHashMap<>();

	@Mixin
	private final OutputOption output = new OutputOption();

	GraySimulateCommand(Console console) {
		super(console);
	}

	@Override
	int run(GrayRules rules) throws IOException {
		RequestRule rule = rules.rules()
			.stream()
			.filter((candidate) -> candidate.name().equals(this.rule))
			.findFirst()
			.orElseThrow(() -> new RefusedException("there is no rule '" + this.rule + "' about requests: use one of "
					+ rules.rules().stream().map(RequestRule::name).toList()));
		Map<String, Long> counts = new LinkedHashMap<>();
		if (rule instanceof ExperimentRule experiment) {
			experiment.variants().forEach((variant) -> counts.put(variant, 0L));
			counts.put("none", 0L);
		}
		else {
			counts.put("match", 0L);
			counts.put("no match", 0L);
		}
		long all = 0;
		for (String id : (Iterable<String>) read(this.users).lines().map(String::strip)::iterator) {
			if (!id.isEmpty() && !id.startsWith("#")) {
				counts.merge(result(rule, GrayContext.of(id, this.headers)), 1L, Long::sum);
				all++;
			}
		}
		this.output.print(console(), rows(counts, all));
		return ExitCode.OK;
	}

	private static String result(RequestRule rule, GrayContext context) {
		if (rule instanceof ExperimentRule experiment) {
			String variant = experiment.variant(context);
			return (variant != null) ? variant : "none";
		}
		return rule.strategy().matches(context) ? "match" : "no match";
	}

	private static List<Map<String, Object>> rows(Map<String, Long> counts, long all) {
		List<Map<String, Object>> rows = new ArrayList<>();
		counts.forEach((result, count) -> {
			Map<String, Object> row = new LinkedHashMap<>();
			row.put("result", result);
			row.put("users", count);
			row.put("percent", String.format(Locale.ROOT, "%.2f", (all == 0) ? 0 : 100.0 * count / all));
			rows.add(row);
		});
		return rows;
	}

}
