package io.governance.gray;

import java.util.concurrent.atomic.AtomicBoolean;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a strategy that throws from failing requests: they count as not matching.
 */
final class GuardedStrategy implements GrayStrategy {

	private static final Logger logger = LoggerFactory.getLogger(GuardedStrategy.class);

	private final String owner;

	private final GrayStrategy strategy;

	private final AtomicBoolean failed = new AtomicBoolean();

	GuardedStrategy(String owner, GrayStrategy strategy) {
		this.owner = owner;
		this.strategy = strategy;
	}

	@Override
	public boolean matches(GrayContext context) {
		try {
			return this.strategy.matches(context);
		}
		catch (RuntimeException | LinkageError | StackOverflowError ex) {
			tell(ex);
			return false;
		}
	}

	/** Tells it, the first time. */
	void tell(Throwable ex) {
		if (this.failed.compareAndSet(false, true)) {
			// The exception's message may tell who the user is.
			logger.warn("{} threw {}: requests for which it does so count as not matching (told once)", this.owner,
					ex.getClass().getName());
		}
	}

	@Override
	public Condition explain(GrayContext context) {
		try {
			return this.strategy.explain(context);
		}
		catch (RuntimeException | LinkageError | StackOverflowError ex) {
			return Condition.of(this, false, "threw " + ex.getClass().getName());
		}
	}

	@Override
	public String toString() {
		return this.strategy.toString();
	}

}
