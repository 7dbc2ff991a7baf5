package io.governance.boot.call;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.LongSupplier;

import org.jspecify.annotations.Nullable;

import io.governance.call.Deadline;

/**
 * The deadlines that callers set themselves: for all calls of a piece of code, or for one
 * request. The earliest one counts. Thread-safe.
 */
final class CallDeadlines {

	private final LongSupplier ticker;

	private final Deadline never;

	private final ThreadLocal<@Nullable Deadline> current = new ThreadLocal<>();

	CallDeadlines(LongSupplier ticker) {
		this.ticker = ticker;
		this.never = Deadline.after(Duration.ZERO, ticker);
	}

	Deadline after(Duration timeout) {
		return Deadline.after(timeout, this.ticker);
	}

	/** The deadline of a request that the current thread makes. */
	Deadline of(Map<String, ?> attributes) {
		Deadline current = this.current.get();
		Deadline outer = (current != null) ? current : this.never;
		return (attributes.get(CallTimeout.ATTRIBUTE) instanceof Duration timeout) ? after(timeout).earlier(outer)
				: outer;
	}

	/** Runs code under a deadline, and under the one that holds already. */
	<T> T run(Deadline deadline, Callable<T> code) throws Exception {
		Deadline outer = this.current.get();
		this.current.set((outer != null) ? deadline.earlier(outer) : deadline);
		try {
			return code.call();
		}
		finally {
			if (outer != null) {
				this.current.set(outer);
			}
			else {
				this.current.remove();
			}
		}
	}

}
