package io.governance.samples.platform.console;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What services expose to Prometheus, and whether queries name it.
 */
final class ExposedMetrics {

	private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z_]+)(?:\\{(.*)})? \\S+$");

	private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]+)=\"([^\"]*)\"");

	private static final Pattern SELECTOR = Pattern
		.compile("\\b([a-z]+_[a-z_]+)(?:\\{([^}]*)})?(?=[\\[)} ,]|$)(?! *\\()");

	private static final Pattern MATCHER = Pattern.compile("([a-zA-Z_]+)(=~|!~|!=|=)\"([^\"]*)\"");

	private static final Pattern GROUPING = Pattern.compile("\\b(?:by|without|on|ignoring|group_left) ?\\(([^)]*)\\)");

	/** What Prometheus adds when it scrapes. */
	private static final Set<String> SCRAPED = Set.of("instance", "job");

	private final Map<String, Map<String, Set<String>>> samples = new HashMap<>();

	/** Adds what one instance exposes. */
	void add(String text) {
		Matcher sample = SAMPLE.matcher(text);
		while (sample.find()) {
			Map<String, Set<String>> labels = this.samples.computeIfAbsent(sample.group(1), (name) -> new HashMap<>());
			Matcher label = LABEL.matcher((sample.group(2) != null) ? sample.group(2) : "");
			while (label.find()) {
				labels.computeIfAbsent(label.group(1), (name) -> new HashSet<>()).add(label.group(2));
			}
		}
	}

	/**
	 * Asserts that each metric and label in a query is there, and each value that it asks
	 * for.
	 */
	void check(String query) {
		Set<String> labels = new HashSet<>(SCRAPED);
		Matcher selector = SELECTOR.matcher(GROUPING.matcher(query).replaceAll(""));
		int selectors = 0;
		while (selector.find()) {
			selectors++;
			assertThat(this.samples).as(query).containsKey(selector.group(1));
			Map<String, Set<String>> known = this.samples.getOrDefault(selector.group(1), Map.of());
			labels.addAll(known.keySet());
			Matcher matcher = MATCHER.matcher((selector.group(2) != null) ? selector.group(2) : "");
			while (matcher.find()) {
				assertThat(known).as(query).containsKey(matcher.group(1));
				check(query, known.getOrDefault(matcher.group(1), Set.of()), matcher.group(2), matcher.group(3));
			}
		}
		assertThat(selectors).as(query).isPositive();
		Matcher grouping = GROUPING.matcher(query);
		while (grouping.find()) {
			if (!grouping.group(1).isBlank()) {
				assertThat(labels).as(query).contains(grouping.group(1).split(" *, *"));
			}
		}
	}

	private static void check(String query, Set<String> known, String operator, String value) {
		if (value.startsWith("$") || operator.startsWith("!")) {
			return;
		}
		if (operator.equals("=~")) {
			for (String alternative : value.split("\\|")) {
				assertThat(known).as(query).anyMatch((one) -> one.matches(alternative));
			}
		}
		else {
			assertThat(known).as(query).contains(value);
		}
	}

}
