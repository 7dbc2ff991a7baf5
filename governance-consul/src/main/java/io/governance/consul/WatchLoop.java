package io.governance.consul;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

import io.governance.Backoff;
import io.governance.BackendUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the same blocking query again and again, by Consul's rules: an index that goes
 * back or is missing begins anew, an answer without news is none, and a server that
 * answers without waiting is asked ever less often. After each trouble the first answer
 * has to be consistent. Used by one thread, but for its end.
 */
final class WatchLoop {

	private static final Logger logger = LoggerFactory.getLogger(WatchLoop.class);

	private static final Duration RETRY_BASE = Duration.ofMillis(100);

	private static final Duration RETRY_CAP = Duration.ofSeconds(2);

	private final ConsulClient client;

	private final Watch watch;

	private final WakeLimit limit = new WakeLimit();

	private final Backoff backoff;

	private long index;

	private boolean certain = true;

	private int failures;

	private volatile boolean ended;

	WatchLoop(ConsulClient client, Watch watch, RandomGenerator random) {
		this.client = client;
		this.watch = watch;
		this.backoff = new Backoff(RETRY_BASE, RETRY_CAP, random);
	}

	/** Ends the loop; whoever calls it interrupts its thread as well. */
	void end() {
		this.ended = true;
	}

	void run() {
		while (!this.ended) {
			try {
				round();
			}
			catch (BackendUnavailableException ex) {
				failed(String.valueOf(ex.getMessage()));
			}
			catch (RuntimeException | Error ex) {
				logger.warn("Backend '{}': the answer to {} could not be used", this.client.name(),
						this.watch.request().path(), ex);
				failed("The answer of Consul could not be used: " + ex.getClass().getSimpleName());
			}
		}
	}

	private void round() {
		long asked = this.index;
		long begun = System.nanoTime();
		ConsulAnswer answer = this.client.await(this.watch.request(), asked, this.certain, this.watch.takesPart());
		if (!answer.isOk() && !answer.isAbsent()) {
			throw answer.failure();
		}
		long told = Math.max(1, answer.index());
		boolean back = Long.compareUnsigned(told, asked) < 0;
		if (!this.certain && (!answer.fresh() || back)) {
			// Older than what is known already, or perhaps so: only certainty will do.
			this.index = 0;
			this.certain = true;
			return;
		}
		boolean news = this.watch.onAnswer(answer);
		this.failures = 0;
		this.backoff.reset();
		this.certain = back;
		this.index = back ? 0 : told;
		boolean waited = told != asked || System.nanoTime() - begun > this.client.settings().maxWait().toNanos() / 2;
		long pause = TimeUnit.MILLISECONDS.toNanos(this.watch.pauseMillis());
		sleep(Math.max(pause, this.limit.afterWake(System.nanoTime(), news, waited)));
	}

	private void failed(String reason) {
		if (this.ended) {
			return;
		}
		this.index = 0;
		this.certain = true;
		this.failures++;
		boolean another = this.failures < this.client.agents().size();
		if (!another) {
			this.watch.onLost(reason);
			sleep(this.backoff.nextNanos());
		}
	}

	private void sleep(long nanos) {
		if (nanos > 0 && !this.ended) {
			try {
				TimeUnit.NANOSECONDS.sleep(nanos);
			}
			catch (InterruptedException ex) {
				// Whoever interrupts has ended this loop.
				this.ended = true;
			}
		}
	}

	/**
	 * What is watched. Called on one thread.
	 */
	interface Watch {

		/** What to ask, without the parameters of waiting. */
		ConsulRequest request();

		/** Whether an answer will do that leaves out what the token may not read. */
		default boolean takesPart() {
			return false;
		}

		/** How long to gather changes after an answer. */
		default long pauseMillis() {
			return 0;
		}

		/**
		 * Takes an answer.
		 * @param answer one with status 200, or a 404 of a server
		 * @return whether it was news
		 * @throws BackendUnavailableException if what has changed could not be read
		 */
		boolean onAnswer(ConsulAnswer answer);

		/**
		 * The state cannot be known.
		 * @param reason why
		 */
		void onLost(String reason);

	}

}
