package io.governance.loadbalancer;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import io.governance.registry.Instance;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes the instances of one service, and has its balancer avoid those that do not
 * answer. For registries that know nothing of an instance's health, or not soon enough.
 * An instance counts as well until probes have failed. Has no thread of its own: it is
 * told when time has passed, and probes on an executor. Thread-safe.
 */
public final class ActiveHealthChecks implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(ActiveHealthChecks.class);

	private final ServiceBalancer balancer;

	private final HealthProbe probe;

	private final HealthCheckSettings settings;

	private final Executor executor;

	private final LongSupplier ticker;

	private final RandomGenerator random;

	/** By what they are about: another instance of the same id is another matter. */
	private final Map<EndpointHealth, Check> checks = new LinkedHashMap<>();

	/** Those that wait to be probed; each once. */
	private final Queue<Check> due = new ArrayDeque<>();

	private int workers;

	private boolean closed;

	/**
	 * Creates checks; nothing happens before the first {@link #tick()}.
	 * @param balancer the service
	 * @param probe asks the instances
	 * @param settings how they are asked
	 * @param executor runs probes, which block; may refuse, then they are late
	 * @param ticker a clock in nanoseconds
	 * @param random the source of randomness, which nobody else uses
	 */
	public ActiveHealthChecks(ServiceBalancer balancer, HealthProbe probe, HealthCheckSettings settings,
			Executor executor, LongSupplier ticker, RandomGenerator random) {
		this.balancer = balancer;
		this.probe = probe;
		this.settings = settings;
		this.executor = executor;
		this.ticker = ticker;
		this.random = random;
	}

	/**
	 * Begins the probes that are due. To be called more often than instances are probed;
	 * does not block.
	 */
	public void tick() {
		int needed;
		synchronized (this) {
			if (this.closed) {
				return;
			}
			long now = this.ticker.getAsLong();
			follow(now);
			for (Check check : this.checks.values()) {
				if (check.thread != null) {
					endIfStuck(check, now);
				}
				else if (!check.queued && now - check.nextAt >= 0) {
					check.queued = true;
					this.due.add(check);
				}
			}
			needed = Math.min(this.due.size(), this.settings.concurrency() - this.workers);
			this.workers += Math.max(0, needed);
		}
		for (int i = 0; i < needed; i++) {
			try {
				this.executor.execute(this::work);
			}
			catch (RejectedExecutionException ex) {
				notStarted(1);
			}
			catch (RuntimeException | Error ex) {
				notStarted(needed - i);
				throw ex;
			}
		}
	}

	private void follow(long now) {
		Set<EndpointHealth> present = new HashSet<>();
		for (Endpoint endpoint : this.balancer.endpoints()) {
			if (OutlierDetector.takesPart(endpoint.instance())) {
				present.add(endpoint.health());
				// Those that come together are not to be probed together.
				this.checks.computeIfAbsent(endpoint.health(),
						(health) -> new Check(health, now + this.random.nextLong(this.settings.interval().toNanos())));
			}
		}
		this.checks.values().stream().filter((check) -> !present.contains(check.health)).forEach(Check::interrupt);
		this.checks.keySet().retainAll(present);
		this.due.removeIf((check) -> !present.contains(check.health));
	}

	private void endIfStuck(Check check, long now) {
		if (now - check.startedAt > 2 * this.settings.timeout().toNanos()) {
			check.interrupt();
		}
	}

	private void work() {
		Check check = next();
		while (check != null) {
			String problem = probe(check.health.instance());
			try {
				probed(check, problem);
			}
			catch (RuntimeException | Error ex) {
				logger.warn("What was found of instance {} could not be told", check.health.instance().id(), ex);
			}
			check = next();
		}
	}

	/** The next one to probe; ends the worker if there is none. */
	private synchronized @Nullable Check next() {
		Check check = this.closed ? null : this.due.poll();
		if (check == null) {
			this.workers--;
			return null;
		}
		check.queued = false;
		check.startedAt = this.ticker.getAsLong();
		check.thread = Thread.currentThread();
		return check;
	}

	/** Whether no probe is under way or waits. */
	synchronized boolean idle() {
		return this.workers == 0 && this.due.isEmpty();
	}

	private synchronized void notStarted(int count) {
		this.workers -= count;
	}

	/** What is wrong with an instance; empty if nothing is. */
	private String probe(Instance instance) {
		try {
			this.probe.probe(instance, this.settings.timeout());
			return "";
		}
		catch (IOException ex) {
			String message = ex.getMessage();
			return (message != null) ? message : ex.getClass().getSimpleName();
		}
		catch (InterruptedException ex) {
			return "it does not answer in time";
		}
		catch (RuntimeException | Error ex) {
			logger.debug("Probe {} of instance {} failed", this.probe.name(), instance.id(), ex);
			return "the probe failed with " + ex.getClass().getSimpleName();
		}
	}

	private void probed(Check check, String problem) {
		boolean tell;
		synchronized (this) {
			check.thread = null;
			// An interrupt that came too late must not hit the next probe.
			Thread.interrupted();
			double jitter = 0.9 + this.random.nextDouble() * 0.2;
			check.nextAt = this.ticker.getAsLong() + (long) (this.settings.interval().toNanos() * jitter);
			// Whoever has gone meanwhile may be back, and be probed anew.
			tell = this.checks.get(check.health) == check && check.count(problem.isEmpty(), this.settings);
		}
		if (tell) {
			this.balancer.probed(check.health, problem.isEmpty(),
					problem.isEmpty() ? "it answers probes again" : "probe " + this.probe.name() + ": " + problem);
			if (isClosed()) {
				forget(check.health);
			}
		}
	}

	private synchronized boolean isClosed() {
		return this.closed;
	}

	private void forget(EndpointHealth health) {
		this.balancer.probed(health, true, "it is not probed any more");
	}

	/**
	 * Ends the probes; what they found does not count any more. Does not wait for those
	 * under way.
	 */
	@Override
	public void close() {
		synchronized (this) {
			this.closed = true;
			this.due.clear();
			this.checks.values().forEach(Check::interrupt);
			this.checks.clear();
		}
		this.balancer.endpoints().forEach((endpoint) -> forget(endpoint.health()));
	}

	/** The probes of one instance. */
	private static final class Check {

		private final EndpointHealth health;

		private long nextAt;

		private long startedAt;

		private boolean queued;

		private @Nullable Thread thread;

		/** Results in a row that speak against what is believed. */
		private int contrary;

		Check(EndpointHealth health, long nextAt) {
			this.health = health;
			this.nextAt = nextAt;
		}

		void interrupt() {
			if (this.thread != null) {
				this.thread.interrupt();
			}
		}

		/** Counts a result; whether it changes what is believed. */
		boolean count(boolean well, HealthCheckSettings settings) {
			if (well != this.health.unanswering()) {
				this.contrary = 0;
				return false;
			}
			this.contrary++;
			if (this.contrary < (well ? settings.healthyAfter() : settings.unhealthyAfter())) {
				return false;
			}
			this.contrary = 0;
			return true;
		}

	}

}
