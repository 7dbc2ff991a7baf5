package io.governance.consul;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says again and again that instances live: more than three times in the time that the
 * agent waits. None waits for the answer to another, for as long as there are threads.
 * Thread-safe.
 */
final class Heartbeat implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(Heartbeat.class);

	/** How many are told at a time; each takes a connection. */
	static final int PARALLEL = 12;

	private final Supplier<Set<String>> ids;

	private final Beat beat;

	private final ScheduledThreadPoolExecutor clock;

	private final ScheduledThreadPoolExecutor tellers;

	/** Those that are being told, or wait for a thread. */
	private final Set<String> telling = ConcurrentHashMap.newKeySet();

	private final Duration deadline;

	/**
	 * Begins.
	 * @param client makes the threads
	 * @param ttl how long the agent waits
	 * @param ids the ids to tell of at the moment
	 * @param beat tells of one
	 */
	Heartbeat(ConsulClient client, Duration ttl, Supplier<Set<String>> ids, Beat beat) {
		// A little less than a third, since a beat may begin late.
		long period = ttl.toMillis() * 3 / 10;
		Duration most = Duration.ofMillis(period * 9 / 10);
		Duration timeout = client.settings().timeout();
		this.deadline = (timeout.compareTo(most) < 0) ? timeout : most;
		this.ids = ids;
		this.beat = beat;
		this.tellers = client.executor("beats");
		this.tellers.setCorePoolSize(PARALLEL);
		this.tellers.setKeepAliveTime(period, TimeUnit.MILLISECONDS);
		this.tellers.allowCoreThreadTimeOut(true);
		this.clock = client.executor("beat");
		this.clock.scheduleAtFixedRate(this::tellAll, period, period, TimeUnit.MILLISECONDS);
	}

	private void tellAll() {
		for (String id : this.ids.get()) {
			if (this.telling.add(id)) {
				try {
					this.tellers.execute(() -> tell(id));
				}
				catch (RejectedExecutionException ex) {
					// Closed.
					return;
				}
				catch (RuntimeException | Error ex) {
					this.telling.remove(id);
					logger.warn("A beat could not be sent; the next one follows", ex);
				}
			}
		}
	}

	private void tell(String id) {
		try {
			this.beat.tell(id, this.deadline);
		}
		finally {
			this.telling.remove(id);
		}
	}

	@Override
	public void close() {
		this.clock.shutdownNow();
		this.tellers.shutdownNow();
	}

	/** Tells of one. */
	interface Beat {

		/**
		 * Tells that an instance lives.
		 * @param id its id
		 * @param deadline how long to wait for the answer
		 */
		void tell(String id, Duration deadline);

	}

}
