package io.governance.gray;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;

/**
 * A rule as it is asked about requests: with its end, its count, and a guard around its
 * condition. Thread-safe.
 */
final class ActiveRule {

	private final GrayStrategy strategy;

	private final RuleEnd end;

	private final @Nullable LongAdder matched;

	private ActiveRule(RequestRule rule, RuleEnd end, @Nullable LongAdder matched) {
		this.strategy = new GuardedStrategy("Gray rule '" + rule.name() + "'",
				(rule instanceof ExperimentRule experiment) ? (context) -> experiment.index(context) >= 0
						: rule.strategy());
		this.end = end;
		this.matched = matched;
	}

	boolean matches(GrayContext context) {
		return !this.end.isReached() && meets(context);
	}

	/** As {@link #matches}, for a rule of which somebody knows that it has not ended. */
	boolean meets(GrayContext context) {
		if (!this.strategy.matches(context)) {
			return false;
		}
		count();
		return true;
	}

	void count() {
		if (this.matched != null) {
			this.matched.increment();
		}
	}

	boolean isExpired() {
		return this.end.isReached();
	}

	/**
	 * Makes rules ready to be asked.
	 *
	 * @param ends the ends of all rules, by their names
	 * @param counters takes the counts, if somebody wants them
	 */
	record Factory(Map<String, RuleEnd> ends, @Nullable GrayCounters counters) {

		RuleEnd end(RequestRule rule) {
			return Objects.requireNonNull(this.ends.get(rule.name()));
		}

		ActiveRule create(RequestRule rule) {
			return new ActiveRule(rule, end(rule), (this.counters != null) ? this.counters.of(rule.name()) : null);
		}

	}

}
