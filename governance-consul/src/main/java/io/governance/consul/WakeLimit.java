package io.governance.consul;

import java.util.concurrent.TimeUnit;

/**
 * How long to wait before asking again, so that churn is not answered with churn: news
 * costs nothing up to a hundred times a second, what wakes without news up to a second,
 * and a server that does not wait at all up to fifteen. Not thread-safe.
 */
final class WakeLimit {

	static final long MAX_PATHOLOGICAL = TimeUnit.SECONDS.toNanos(15);

	static final long MAX_WITHOUT_NEWS = TimeUnit.SECONDS.toNanos(1);

	private static final int BURST = 100;

	private static final int BURST_WITHOUT_NEWS = 2;

	private static final long REFILL = TimeUnit.MILLISECONDS.toNanos(10);

	private static final long QUIET = TimeUnit.SECONDS.toNanos(2);

	private static final long FIRST = TimeUnit.MILLISECONDS.toNanos(10);

	private double tokens = BURST;

	private long last;

	private int withoutNews;

	private int withoutWaiting;

	/**
	 * Counts an answer.
	 * @param now the time, as {@link System#nanoTime()}
	 * @param news whether it held news
	 * @param waited whether the server has waited for something
	 * @return how long to wait, in nanoseconds
	 */
	long afterWake(long now, boolean news, boolean waited) {
		boolean quiet = this.last == 0 || now - this.last > QUIET;
		this.tokens = (this.last == 0) ? BURST : Math.min(BURST, this.tokens + (double) (now - this.last) / REFILL);
		this.last = now;
		if (!waited) {
			return delay(++this.withoutWaiting, MAX_PATHOLOGICAL);
		}
		this.withoutWaiting = 0;
		if (!news) {
			// Having waited for long is no churn.
			this.withoutNews = quiet ? 0 : this.withoutNews + 1;
			return delay(this.withoutNews, MAX_WITHOUT_NEWS);
		}
		this.withoutNews = 0;
		this.tokens -= 1;
		return (this.tokens >= 0) ? 0 : (long) (-this.tokens * REFILL);
	}

	private static long delay(int count, long max) {
		int doublings = count - BURST_WITHOUT_NEWS;
		return (doublings <= 0) ? 0 : Math.min(max, FIRST << Math.min(doublings, 20));
	}

}
