package io.governance.gray;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many requests matched each rule, observed ones among them. Goes on when rules
 * change. Thread-safe.
 */
public final class GrayCounters {

	private final ConcurrentMap<String, LongAdder> matched = new ConcurrentHashMap<>();

	/**
	 * The count of a rule.
	 * @param rule the rule's name
	 * @return how many requests matched; 0 for a rule that is not there
	 */
	public long matched(String rule) {
		LongAdder count = this.matched.get(rule);
		return (count != null) ? count.sum() : 0;
	}

	/**
	 * All counts.
	 * @return how many requests matched, by the rules' names
	 */
	public Map<String, Long> matched() {
		Map<String, Long> counts = new TreeMap<>();
		this.matched.forEach((rule, count) -> counts.put(rule, count.sum()));
		return counts;
	}

	LongAdder of(String rule) {
		return this.matched.computeIfAbsent(rule, (key) -> new LongAdder());
	}

	/** Forgets the rules that are no longer there. */
	void retain(Collection<String> rules) {
		this.matched.keySet().retainAll(rules);
	}

}
