package io.governance.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import io.governance.gray.Condition;
import io.governance.gray.GrayDecision;
import io.governance.gray.GrayExplanation;
import io.governance.gray.GrayRules;
import io.governance.gray.SampleRequest;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(name = "explain", mixinStandardHelpOptions = true,
		description = "Tells for a sample request what the rules decide, and each rule condition by condition.")
final class GrayExplainCommand extends GrayRulesCommand {

	@Option(names = "--user", paramLabel = "ID", description = "The user's id.")
	private @Nullable String user;

	@Option(names = "--session", paramLabel = "ID", description = "The session's id.")
	private @Nullable String session;

	@Option(names = "--ip", paramLabel = "ADDRESS",
			description = "The caller's IP address ('--address' is that of the backend).")
	private @Nullable String ip;

	@Option(names = "--header", paramLabel = "NAME=VALUE", description = "A header. More than one is allowed.")
	private Map<String, String> headers = new LinkedHashMap<>();

	@Option(names = "--cookie", paramLabel = "NAME=VALUE", description = "A cookie. More than one is allowed.")
	private Map<String, String> cookies = new LinkedHashMap<>();

	@Option(names = "--query", paramLabel = "NAME=VALUE",
			description = "A parameter of the query. More than one is allowed.")
	private Map<String, String> queries = new LinkedHashMap<>();

	@Option(names = "--claim", paramLabel = "NAME=VALUE",
			description = "A claim of the user's token. More than one is allowed.")
	private Map<String, String> claims = new LinkedHashMap<>();

	@Option(names = "--path", paramLabel = "PATH", description = "The path.")
	private @Nullable String path;

	@Option(names = "--method", paramLabel = "METHOD", description = "The method, such as GET.")
	private @Nullable String method;

	@Mixin
	private final OutputOption output = new OutputOption();

	GrayExplainCommand(Console console) {
		super(console);
	}

	@Override
	int run(GrayRules rules) {
		GrayExplanation explanation = rules.explain(new SampleRequest(this.user, this.session, this.ip, this.headers,
				this.cookies, this.queries, this.claims, this.path, this.method));
		this.output.print(console(), () -> json(explanation), () -> text(explanation));
		return ExitCode.OK;
	}

	private static Map<String, Object> json(GrayExplanation explanation) {
		Map<String, Object> json = new LinkedHashMap<>();
		json.put("lanes", explanation.decision().lanes().toString());
		json.put("rules", explanation.decision().rules());
		json.put("features", explanation.decision().features());
		json.put("variants", variants(explanation.decision()));
		json.put("verdicts", explanation.verdicts());
		return json;
	}

	private static Map<String, String> variants(GrayDecision decision) {
		Map<String, String> variants = new TreeMap<>();
		decision.forEachVariant(variants::put);
		return variants;
	}

	private static String text(GrayExplanation explanation) {
		GrayDecision decision = explanation.decision();
		StringBuilder text = new StringBuilder("lanes: ").append(decision.lanes()).append('\n');
		List<String> features = decision.features();
		if (!features.isEmpty()) {
			text.append("features: ").append(String.join(", ", features)).append('\n');
		}
		variants(decision).forEach((experiment,
				variant) -> text.append("variant of ").append(experiment).append(": ").append(variant).append('\n'));
		for (GrayExplanation.Verdict verdict : explanation.verdicts()) {
			text.append('\n')
				.append(verdict.rule())
				.append(" (")
				.append(verdict.target())
				.append("): ")
				.append(verdict.effect().name().toLowerCase(Locale.ROOT).replace('_', ' '))
				.append('\n');
			append(text, verdict.condition(), "  ");
		}
		return text.toString();
	}

	private static void append(StringBuilder text, Condition condition, String indent) {
		text.append(indent).append(condition.met() ? "yes  " : "no   ").append(condition.condition());
		if (!condition.reason().isEmpty()) {
			text.append(": ").append(condition.reason());
		}
		text.append('\n');
		condition.parts().forEach((part) -> append(text, part, indent + "  "));
	}

}
