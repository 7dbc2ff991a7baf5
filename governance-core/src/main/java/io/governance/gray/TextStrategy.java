package io.governance.gray;

import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

/**
 * Requests of which one text, such as a header, meets a condition.
 */
final class TextStrategy implements GrayStrategy, RequiredText.TextBound {

	private final TextSource source;

	private final TextMatcher matcher;

	private TextStrategy(TextSource source, TextMatcher matcher) {
		this.source = source;
		this.matcher = matcher;
	}

	/** A condition on a text that has a name. */
	static TextStrategy named(String kind, RulesNode definition, Function<RulesNode, TextSource> source) {
		Map<String, RulesNode> entries = definition
			.entries(Stream.concat(Stream.of("name"), TextMatcher.KEYS.stream()).toArray(String[]::new));
		RulesNode name = RuleReader.required(entries, "name", definition,
				"name the " + kind + ", such as {name: a-name, equals: a-value}");
		return new TextStrategy(source.apply(name), TextMatcher.read(definition, entries, UnaryOperator.identity()));
	}

	static TextStrategy path(RulesNode definition) {
		return new TextStrategy(TextSource.PATH, TextMatcher.read(definition, UnaryOperator.identity()));
	}

	static TextStrategy method(RulesNode definition) {
		return new TextStrategy(TextSource.METHOD,
				TextMatcher.read(definition, (method) -> method.toUpperCase(Locale.ROOT)));
	}

	@Override
	public boolean matches(GrayContext context) {
		return this.matcher.matches(this.source.of(context));
	}

	@Override
	public @Nullable RequiredText required() {
		return (this.matcher instanceof TextMatcher.OneOf texts) ? RequiredText.of(this.source, texts.texts()) : null;
	}

	@Override
	public Condition explain(GrayContext context) {
		String text = this.source.of(context);
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
