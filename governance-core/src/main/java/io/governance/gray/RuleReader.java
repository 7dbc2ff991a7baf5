package io.governance.gray;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

import io.governance.internal.VariantNames;
import io.governance.internal.Spelling;
import org.jspecify.annotations.Nullable;

/**
 * Reads single rules.
 */
final class RuleReader {

	private static final String[] TERMS = { "name", "priority", "enabled", "observe", "expires", "owner", "comment" };

	private RuleReader() {
	}

	/** A rule about requests: of the kind that its keys tell. */
	static RequestRule requestRule(RulesNode rule, RulesReader reader) {
		Map<String, RulesNode> entries = rule.entries();
		RulesNode feature = entries.get("feature");
		if (feature != null) {
			return featureRule(rule, feature, reader);
		}
		RulesNode experiment = entries.get("experiment");
		return (experiment != null) ? experimentRule(rule, experiment, reader) : laneRule(rule, reader);
	}

	private static GrayRule laneRule(RulesNode rule, RulesReader reader) {
		Map<String, RulesNode> entries = rule
			.entries(keys("service", "lane", "match", "otherwise", "config", "variant", "feature", "experiment"));
		RulesNode variant = entries.get("variant");
		if (variant != null) {
			throw variant.invalidKey("belongs to a rule with 'config': a rule with 'service' names a 'lane'");
		}
		RulesNode service = required(entries, "service", rule, "name the service that is called, or \"*\" for each");
		if (!GrayRule.isService(service.text())) {
			throw service.invalid("is not a valid name of a service, nor \"*\" for each");
		}
		RulesNode lane = required(entries, "lane", rule, "name the lane that matching requests take");
		if (!Lane.isName(lane.text())) {
			throw lane.invalid("is not a valid name of a lane: 1 to 128 letters, digits and _ . : + @ -");
		}
		return new GrayRule(rule.name(), service.text(), new Lane(lane.text()), match(rule, entries, reader),
				otherwise(entries.get("otherwise")), terms(entries));
	}

	private static FeatureRule featureRule(RulesNode rule, RulesNode feature, RulesReader reader) {
		Map<String, RulesNode> entries = rule.entries(keys("feature", "match"));
		if (!FeatureRule.isName(feature.text())) {
			throw feature.invalid("is not a valid name of a feature: 1 to 100 letters, digits and _ . : -");
		}
		return new FeatureRule(rule.name(), feature.text(), match(rule, entries, reader), terms(entries));
	}

	private static ExperimentRule experimentRule(RulesNode rule, RulesNode experiment, RulesReader reader) {
		Map<String, RulesNode> entries = rule.entries(keys("experiment", "match", "holdout", "salt", "of"));
		if (!FeatureRule.isName(rule.name())) {
			throw required(entries, "name", rule, "")
				.invalid("is not a valid name of an experiment: 1 to 100 letters, digits and _ . : -");
		}
		Subject subject = ShareReader.subject(entries.get("of"));
		RulesNode salt = entries.get("salt");
		RulesNode holdout = entries.get("holdout");
		return new ExperimentRule(rule.name(), ShareReader.weights(experiment),
				entries.containsKey("match") ? match(rule, entries, reader) : new Everybody(), (holdout != null)
						? ShareReader.percentage(holdout, ExperimentRule.HOLDOUT, subject) : new PercentageStrategy(0),
				subject, (salt != null) ? salt.text() : null, terms(entries));
	}

	static ConfigRule configRule(RulesNode rule, RulesReader reader) {
		Map<String, RulesNode> entries = rule.entries("name", "config", "variant", "match");
		RulesNode application = required(entries, "config", rule, "name the application, or \"*\" for each");
		if (!GrayRule.isService(application.text())) {
			throw application.invalid("is not a valid name of an application, nor \"*\" for each");
		}
		RulesNode variant = required(entries, "variant", rule, "name the variant that matching instances get");
		if (!VariantNames.isValid(variant.text())) {
			throw variant.invalid("is not a valid name of a variant: 1 to 64 letters, digits and _ . -, "
					+ "beginning with a letter, a digit or _");
		}
		GrayStrategy match = reader
			.ofInstances(required(entries, "match", rule, "say which instances match, such as {percentage: 10}"));
		return new ConfigRule(rule.name(), application.text(), variant.text(), match);
	}

	private static GrayStrategy match(RulesNode rule, Map<String, RulesNode> entries, RulesReader reader) {
		return reader
			.ofRequests(required(entries, "match", rule, "say which requests match, such as {percentage: 10}"));
	}

	private static String[] keys(String... own) {
		return Stream.concat(Stream.of(TERMS), Stream.of(own)).toArray(String[]::new);
	}

	private static RuleTerms terms(Map<String, RulesNode> entries) {
		RulesNode priority = entries.get("priority");
		if (priority != null && !priority.text().matches("0|-?[1-9][0-9]{0,5}")) {
			throw priority.invalid("must be a whole number from -999999 to 999999");
		}
		RulesNode enabled = entries.get("enabled");
		RulesNode observe = entries.get("observe");
		RulesNode expires = entries.get("expires");
		return new RuleTerms((priority != null) ? Integer.parseInt(priority.text()) : 0,
				enabled == null || enabled.bool(), observe != null && observe.bool(),
				(expires != null) ? expires.instant() : null, words(entries.get("owner")),
				words(entries.get("comment")));
	}

	private static String words(@Nullable RulesNode node) {
		return (node != null) ? node.text() : "";
	}

	static RulesNode required(Map<String, RulesNode> entries, String key, RulesNode parent, String fix) {
		RulesNode node = entries.get(key);
		if (node == null) {
			throw parent.invalid("has no '" + key + "': " + fix);
		}
		return node;
	}

	private static Otherwise otherwise(@Nullable RulesNode node) {
		if (node == null) {
			return Otherwise.STABLE;
		}
		String text = node.text();
		List<String> allowed = new ArrayList<>();
		for (Otherwise otherwise : Otherwise.values()) {
			String name = otherwise.name().toLowerCase(Locale.ROOT);
			if (name.equals(text)) {
				return otherwise;
			}
			allowed.add(name);
		}
		throw node.invalid("is not known" + Spelling.didYouMean(text, allowed));
	}

	/** Meets each request. */
	private record Everybody() implements GrayStrategy {

		@Override
		public boolean matches(GrayContext context) {
			return true;
		}

		@Override
		public String toString() {
			return "everybody";
		}

	}

}
