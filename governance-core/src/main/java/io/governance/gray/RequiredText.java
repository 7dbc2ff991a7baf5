package io.governance.gray;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * What every request has that meets a condition: one of some texts in a certain place.
 * Others need not be asked about. Immutable.
 *
 * @param source where the text is
 * @param texts the texts
 */
record RequiredText(TextSource source, Set<String> texts) {

	/** Of larger sets no copy is made to look them up. */
	static final int MAX_TEXTS = 1000;

	static @Nullable RequiredText of(TextSource source, Set<String> texts) {
		return (texts.size() <= MAX_TEXTS) ? new RequiredText(source, texts) : null;
	}

	/** What a condition requires, if it requires a text at all. */
	static @Nullable RequiredText by(GrayStrategy strategy) {
		return (strategy instanceof TextBound bound) ? bound.required() : null;
	}

	/** What is required where each of several conditions must be met. */
	static @Nullable RequiredText byAll(List<GrayStrategy> strategies) {
		RequiredText fewest = null;
		for (GrayStrategy strategy : strategies) {
			RequiredText required = by(strategy);
			if (required != null && (fewest == null || required.texts.size() < fewest.texts.size())) {
				fewest = required;
			}
		}
		return fewest;
	}

	/** What is required where one of several conditions is enough. */
	static @Nullable RequiredText byAny(List<GrayStrategy> strategies) {
		TextSource source = null;
		Set<String> texts = new HashSet<>();
		for (GrayStrategy strategy : strategies) {
			RequiredText required = by(strategy);
			if (required == null || (source != null && !source.equals(required.source))) {
				return null;
			}
			source = required.source;
			texts.addAll(required.texts);
		}
		return (source != null) ? of(source, Set.copyOf(texts)) : null;
	}

	/** A condition that may require a text. */
	interface TextBound {

		/** What is required, or {@code null} if that cannot be told. */
		@Nullable RequiredText required();

	}

}
