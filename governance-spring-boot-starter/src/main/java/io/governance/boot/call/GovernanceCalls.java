package io.governance.boot.call;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Function;

import org.springframework.util.ReflectionUtils;

/**
 * Gives calls a deadline and a fallback, with whatever blocking client they are made:
 * {@code calls.within(Duration.ofSeconds(2)).call(() -> client.get()..., (failure) -> NONE)}.
 * Immutable and thread-safe.
 */
public final class GovernanceCalls {

	private final CallDeadlines deadlines;

	/** Zero for no deadline of its own. */
	private final Duration within;

	GovernanceCalls(CallDeadlines deadlines) {
		this(deadlines, Duration.ZERO);
	}

	private GovernanceCalls(CallDeadlines deadlines, Duration within) {
		this.deadlines = deadlines;
		this.within = within;
	}

	/**
	 * The same with a deadline for all that the code calls by service name on its own
	 * thread, over all tries, until the answers begin. An earlier deadline still counts.
	 * @param deadline how long from the start of the code; zero for none
	 * @return calls with this deadline
	 */
	public GovernanceCalls within(Duration deadline) {
		return new GovernanceCalls(this.deadlines, deadline);
	}

	/**
	 * Runs code that makes calls.
	 * @param code the code
	 * @param <T> the type of the answer
	 * @return what it returned
	 * @throws RuntimeException what the code threw; a checked exception is wrapped
	 */
	public <T> T call(Callable<T> code) {
		try {
			return run(code);
		}
		catch (Exception ex) {
			throw rethrown(ex);
		}
	}

	/**
	 * Runs code that makes calls, or else the fallback. An answer of 4xx is no failure of
	 * the service and goes to the caller as it is.
	 * @param code the code
	 * @param fallback what to return instead; may throw
	 * @param <T> the type of the answer
	 * @return what the code or the fallback returned
	 */
	public <T> T call(Callable<T> code, Function<? super Exception, ? extends T> fallback) {
		try {
			return run(code);
		}
		catch (Exception ex) {
			if (ClientErrors.isClientError(ex)) {
				throw rethrown(ex);
			}
			keepInterrupt(ex);
			return fallback.apply(ex);
		}
	}

	private <T> T run(Callable<T> code) throws Exception {
		return this.deadlines.run(this.deadlines.after(this.within), code);
	}

	private static RuntimeException rethrown(Exception ex) {
		keepInterrupt(ex);
		ReflectionUtils.rethrowRuntimeException(ex);
		return new IllegalStateException(ex);
	}

	private static void keepInterrupt(Exception ex) {
		if (ex instanceof InterruptedException) {
			Thread.currentThread().interrupt();
		}
	}

}
