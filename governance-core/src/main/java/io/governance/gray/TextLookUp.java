package io.governance.gray;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Looks up rules each of which requires certain texts in the same place. Immutable.
 */
final class TextLookUp implements RuleLookUp {

	private final TextSource source;

	/** By a text the rules that remain to be asked. */
	private final Map<String, RuleSet> byText;

	/** Those that remain for every other text. */
	private final RuleSet others;

	private TextLookUp(TextSource source, Map<String, RuleSet> byText, RuleSet others) {
		this.source = source;
		this.byText = byText;
		this.others = others;
	}

	/**
	 * Makes the look-ups for rules.
	 * @param rules the rules, at most 128
	 * @return a look-up for each place in which more than one rule requires texts
	 */
	static List<TextLookUp> of(List<? extends RequestRule> rules) {
		Map<TextSource, Map<Integer, RequiredText>> bySource = new LinkedHashMap<>();
		for (int i = 0; i < rules.size(); i++) {
			RequiredText required = RequiredText.by(rules.get(i).strategy());
			if (required != null) {
				bySource.computeIfAbsent(required.source(), (source) -> new LinkedHashMap<>()).put(i, required);
			}
		}
		List<TextLookUp> lookUps = new ArrayList<>();
		bySource.forEach((source, dependent) -> {
			if (dependent.size() > 1) {
				lookUps.add(of(source, dependent));
			}
		});
		return lookUps;
	}

	private static TextLookUp of(TextSource source, Map<Integer, RequiredText> dependent) {
		RuleSet others = RuleSet.ALL;
		for (int rule : dependent.keySet()) {
			others = others.without(rule);
		}
		Map<String, RuleSet> byText = new HashMap<>();
		for (Map.Entry<Integer, RequiredText> entry : dependent.entrySet()) {
			for (String text : entry.getValue().texts()) {
				byText.put(text, byText.getOrDefault(text, others).with(entry.getKey()));
			}
		}
		return new TextLookUp(source, byText, others);
	}

	@Override
	public RuleSet remaining(GrayContext context) {
		String text;
		try {
			text = this.source.of(context);
		}
		catch (RuntimeException | LinkageError | StackOverflowError ex) {
			// Each rule tells of it, and is guarded.
			return RuleSet.ALL;
		}
		RuleSet found = (text != null) ? this.byText.get(text) : null;
		return (found != null) ? found : this.others;
	}

	@Override
	public String toString() {
		return "TextLookUp[" + this.source + ", " + this.byText.size() + " texts]";
	}

}
