package io.governance.consul;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.governance.backend.support.RepeatedTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says again and again that instances live or that locks are held: more than three times
 * in the time that the agent waits. None waits for the answer to another, for as long as
 * there are threads, and each answer only until it is time to say so again. Thread-safe.
 *
 * @param <T> what is told of, by equality
 */
final class Heartbeat<T> implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(Heartbeat.class);

	private final Supplier<Set<T>> all;

	private final Beat<T> beat;

	private final ScheduledThreadPoolExecutor clock;

	private final ScheduledThreadPoolExecutor tellers;

	/** Those that are being told, or wait for a thread. */
	private final Set<T> telling = ConcurrentHashMap.newKeySet();

	private final Duration deadline;

	/**
	 * Begins.
	 * @param client makes the threads
	 * @param role what the threads are for
	 * @param parallel how many are told of at a time; each takes a connection
	 * @param ttl how long the agent waits
	 * @param all what to tell of at the moment
	 * @param beat tells of one
	 */
	Heartbeat(ConsulClient client, String role, int parallel, Duration ttl, Supplier<Set<T>> all, Beat<T> beat) {
		// A little less than a third, since a beat may begin late.
		long period = ttl.toMillis() * 3 / 10;
		Duration most = Duration.ofMillis(period * 9 / 10);
		Duration timeout = client.settings().timeout();
		this.deadline = (timeout.compareTo(most) < 0) ? timeout : most;
		this.all = all;
		this.beat = beat;
		this.tellers = client.executor(role + "s");
		this.tellers.setCorePoolSize(parallel);
		this.tellers.setKeepAliveTime(period, TimeUnit.MILLISECONDS);
		this.tellers.allowCoreThreadTimeOut(true);
		this.clock = client.executor(role);
		this.clock.scheduleAtFixedRate(new RepeatedTask("The " + role + " of Consul's agents", this::tellAll), period,
				period, TimeUnit.MILLISECONDS);
	}

	private void tellAll() {
		for (T one : this.all.get()) {
			if (this.telling.add(one)) {
				try {
					this.tellers.execute(() -> tell(one));
				}
				catch (RejectedExecutionException ex) {
					// Closed.
					return;
				}
				catch (RuntimeException | Error ex) {
					this.telling.remove(one);
					logger.warn("A beat could not be sent; the next one follows", ex);
				}
			}
		}
	}

	private void tell(T one) {
		try {
			this.beat.tell(one, this.deadline);
		}
		finally {
			this.telling.remove(one);
		}
	}

	@Override
	public void close() {
		this.clock.shutdownNow();
		this.tellers.shutdownNow();
	}

	/**
	 * Tells of one.
	 *
	 * @param <T> what it is
	 */
	interface Beat<T> {

		/**
		 * Tells that one lives.
		 * @param one the one
		 * @param deadline how long to wait for the answer
		 */
		void tell(T one, Duration deadline);

	}

}
