package io.governance.gray;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.PatternSyntaxException;

import org.jspecify.annotations.Nullable;

/**
 * A condition on a text that comes with requests. Immutable and thread-safe.
 */
sealed interface TextMatcher {

	/**
	 * Whether a text meets it.
	 * @param text the text, or {@code null} if the request has none
	 * @return {@code true} if it does
	 */
	boolean matches(@Nullable String text);

	/** The ways to say it. */
	List<String> KEYS = List.of("equals", "in", "prefix", "regex", "present");

	/**
	 * Reads one.
	 * @param definition a text, a list of texts, or a map
	 * @param spelling how texts are written that requests are held against
	 */
	static TextMatcher read(RulesNode definition, UnaryOperator<String> spelling) {
		if (definition.isMap()) {
			return read(definition, definition.entries(KEYS.toArray(String[]::new)), spelling);
		}
		return definition.isList() ? OneOf.read(definition, spelling)
				: new OneOf(Set.of(spelling.apply(definition.text())));
	}

	/** Reads the one that is among entries of a map. */
	static TextMatcher read(RulesNode definition, Map<String, RulesNode> entries, UnaryOperator<String> spelling) {
		List<String> named = KEYS.stream().filter(entries::containsKey).toList();
		if (named.size() != 1) {
			throw definition.invalid("must say what it is held against by one of equals, in, prefix, regex and present"
					+ (named.isEmpty() ? "" : ", not by " + named.size()));
		}
		RulesNode value = RuleReader.required(entries, named.get(0), definition, "");
		return switch (named.get(0)) {
			case "equals" -> new OneOf(Set.of(spelling.apply(value.text())));
			case "in" -> OneOf.read(value, spelling);
			case "prefix" -> new Prefix(spelling.apply(value.text()));
			case "present" -> new Present(value.bool());
			default -> regex(value);
		};
	}

	private static TextMatcher regex(RulesNode value) {
		if (value.text().length() > BoundedRegex.MAX_PATTERN) {
			throw value.invalid("is longer than the " + BoundedRegex.MAX_PATTERN + " characters that are allowed");
		}
		try {
			Regex regex = new Regex(new BoundedRegex(value.text(), value.toString()));
			// First, since the estimates take blanks for characters that are read.
			if (RegexFlags.ignoresBlanks(value.text())) {
				throw value.invalid("has the flag x, which is not allowed: write it without blanks and comments");
			}
			if (RegexRepeats.in(value.text()) > BoundedRegex.MAX_REPEATS) {
				throw value.invalid("repeats something more than " + BoundedRegex.MAX_REPEATS
						+ " times: use smaller numbers in braces");
			}
			if (RegexPaths.in(value.text()) > BoundedRegex.MAX_PATHS) {
				throw value
					.invalid("can be gone through in too many ways where a text ends: write alternatives that may"
							+ " be empty, such as (a*|b*), in another way");
			}
			return regex;
		}
		catch (PatternSyntaxException ex) {
			throw value.invalid("is not a regular expression: " + ex.getDescription().toLowerCase(Locale.ROOT)
					+ ((ex.getIndex() >= 0) ? " at its character " + (ex.getIndex() + 1) : ""));
		}
		catch (StackOverflowError ex) {
			throw value.invalid("is not a regular expression: it is nested too deep");
		}
	}

	/** It is one of some texts. */
	record OneOf(Set<String> texts) implements TextMatcher {

		static OneOf read(RulesNode list, UnaryOperator<String> spelling) {
			return new OneOf(Set.copyOf(list.someTexts().stream().map(spelling).toList()));
		}

		@Override
		public boolean matches(@Nullable String text) {
			return text != null && this.texts.contains(text);
		}

		@Override
		public String toString() {
			return "in " + this.texts.size();
		}

	}

	/** It begins with a text. */
	record Prefix(String prefix) implements TextMatcher {

		@Override
		public boolean matches(@Nullable String text) {
			return text != null && text.startsWith(this.prefix);
		}

		@Override
		public String toString() {
			return "prefix";
		}

	}

	/** It is as a regular expression says. */
	record Regex(BoundedRegex regex) implements TextMatcher {

		@Override
		public boolean matches(@Nullable String text) {
			return text != null && this.regex.matches(text);
		}

		@Override
		public String toString() {
			return "regex";
		}

	}

	/** It is there, or it is not. */
	record Present(boolean present) implements TextMatcher {

		@Override
		public boolean matches(@Nullable String text) {
			return (text != null) == this.present;
		}

		@Override
		public String toString() {
			return this.present ? "present" : "absent";
		}

	}

}
