package io.governance.gray;

import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Requests of which one text, such as a header, meets a condition.
 */
final class TextStrategy implements GrayStrategy {

	private final String source;

	private final Function<GrayContext, @Nullable String> text;

	private final TextMatcher matcher;

	private TextStrategy(String source, Function<GrayContext, @Nullable String> text, TextMatcher matcher) {
		this.source = source;
		this.text = text;
		this.matcher = matcher;
	}

	/** A condition on a text that has a name. */
	static TextStrategy named(String kind, RulesNode definition,
			BiFunction<GrayContext, String, @Nullable String> text) {
		Map<String, RulesNode> entries = definition
			.entries(Stream.concat(Stream.of("name"), TextMatcher.KEYS.stream()).toArray(String[]::new));
		String name = RuleReader
			.required(entries, "name", definition, "name the " + kind + ", such as {name: a-name, equals: a-value}")
			.text();
		return new TextStrategy(kind + " " + name, (context) -> text.apply(context, name),
				TextMatcher.read(definition, entries, UnaryOperator.identity()));
	}

	static TextStrategy path(RulesNode definition) {
		return new TextStrategy("path", GrayContext::path, TextMatcher.read(definition, UnaryOperator.identity()));
	}

	static TextStrategy method(RulesNode definition) {
		return new TextStrategy("method", GrayContext::method,
				TextMatcher.read(definition, (method) -> method.toUpperCase(Locale.ROOT)));
	}

	@Override
	public boolean matches(GrayContext context) {
		return this.matcher.matches(this.text.apply(context));
	}

	@Override
	public Condition explain(GrayContext context) {
		String text = this.text.apply(context);
		return Condition.of(this, matches(context),
				(text == null) ? "no " + this.source
						: (this.matcher instanceof TextMatcher.Regex && text.length() > BoundedRegex.MAX_TEXT)
								? "the " + this.source + " is too long"
								: "the " + this.source + " has " + text.length() + " characters");
	}

	@Override
	public String toString() {
		return this.source + "(" + this.matcher + ")";
	}

}
