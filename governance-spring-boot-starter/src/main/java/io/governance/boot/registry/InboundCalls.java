package io.governance.boot.registry;

import java.util.function.LongSupplier;

/**
 * Tells when this instance was last called, so that it leaves only when its callers have.
 * Web requests are counted by filters; whatever else serves calls counts its own. Probes
 * do not count. Thread-safe.
 */
public final class InboundCalls {

	private final LongSupplier nanoTime;

	private volatile long last;

	/** Written after the time, so that whoever sees a call sees when it came. */
	private volatile boolean any;

	/**
	 * Creates the record of an instance that was not called yet.
	 * @param nanoTime the time, as {@link System#nanoTime()}
	 */
	public InboundCalls(LongSupplier nanoTime) {
		this.nanoTime = nanoTime;
	}

	/** A call has come. */
	public void arrived() {
		this.last = this.nanoTime.getAsLong();
		if (!this.any) {
			this.any = true;
		}
	}

	/**
	 * How long no call has come.
	 * @return nanoseconds; {@link Long#MAX_VALUE} if none ever came
	 */
	public long quietNanos() {
		return this.any ? Math.max(0, this.nanoTime.getAsLong() - this.last) : Long.MAX_VALUE;
	}

}
