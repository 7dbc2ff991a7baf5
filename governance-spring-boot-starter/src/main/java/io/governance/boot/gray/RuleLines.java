package io.governance.boot.gray;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

import io.governance.gray.ConfigRule;
import io.governance.gray.GrayRule;
import io.governance.gray.GrayRules;
import io.governance.gray.GrayStrategy;
import io.governance.gray.RequestRule;
import io.governance.gray.RuleTerms;

/**
 * Rules as lines of text, for people.
 */
final class RuleLines {

	/**
	 * What an object is called that does not say what it is; differs from time to time.
	 */
	private static final Pattern IDENTITY = Pattern.compile("(\\$\\$Lambda[^@,\\]\\s]*)?@[0-9a-f]+");

	private RuleLines() {
	}

	/** The rules by name, in their order, each in a line that names no user. */
	static Map<String, String> of(GrayRules rules) {
		Map<String, String> lines = new LinkedHashMap<>();
		rules.rules().forEach((rule) -> lines.put(rule.name(), line(rule)));
		rules.configRules().forEach((rule) -> lines.put(rule.name(), line(rule)));
		return lines;
	}

	private static String line(RequestRule rule) {
		StringBuilder line = new StringBuilder(rule.name()).append(": ")
			.append(rule.target())
			.append(" if ")
			.append(name(rule.strategy()));
		if (rule instanceof GrayRule lane) {
			line.append(", otherwise ").append(lane.otherwise().name().toLowerCase(Locale.ROOT));
		}
		return line.append(terms(rule.terms())).toString();
	}

	private static String terms(RuleTerms terms) {
		return ((terms.priority() != 0) ? ", priority " + terms.priority() : "")
				+ (terms.enabled() ? "" : ", not enabled") + (terms.observe() ? ", observed only" : "")
				+ ((terms.expires() != null) ? ", until " + terms.expires() : "")
				+ (terms.owner().isEmpty() ? "" : ", owner " + terms.owner());
	}

	private static String line(ConfigRule rule) {
		return rule.name() + ": config of " + rule.application() + " variant " + rule.variant() + " if "
				+ name(rule.strategy());
	}

	static String name(GrayStrategy strategy) {
		return IDENTITY.matcher(strategy.toString()).replaceAll("");
	}

}
