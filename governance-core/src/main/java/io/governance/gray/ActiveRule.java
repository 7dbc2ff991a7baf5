package io.governance.gray;

import java.time.InstantSource;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;

/**
 * A rule as it is asked about requests: with its end, its count, and a guard around its
 * condition. Thread-safe.
 */
final class ActiveRule {

	private final GrayStrategy strategy;

	private final long expires;

	private final InstantSource clock;

	private final @Nullable LongAdder matched;

	/** It stays ended, also if the clock is set back. */
	private volatile boolean expired;

	private ActiveRule(RequestRule rule, InstantSource clock, @Nullable LongAdder matched) {
		this.strategy = new GuardedStrategy("Gray rule '" + rule.name() + "'", rule.strategy());
		this.expires = (rule.terms().expires() != null) ? rule.terms().expires().toEpochMilli() : Long.MAX_VALUE;
		this.clock = clock;
		this.matched = matched;
	}

	boolean matches(GrayContext context) {
		if (isExpired() || !this.strategy.matches(context)) {
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
		if (this.expires != Long.MAX_VALUE && !this.expired && this.clock.millis() >= this.expires) {
			this.expired = true;
		}
		return this.expired;
	}

	/** Makes rules ready to be asked. */
	record Factory(InstantSource clock, @Nullable GrayCounters counters) {

		ActiveRule create(RequestRule rule) {
			return new ActiveRule(rule, this.clock, (this.counters != null) ? this.counters.of(rule.name()) : null);
		}

	}

}
