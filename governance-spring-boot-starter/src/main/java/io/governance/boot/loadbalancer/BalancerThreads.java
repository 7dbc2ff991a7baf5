package io.governance.boot.loadbalancer;

import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.governance.DaemonThreads;

/**
 * The threads of all balancers: one that looks after them every second and computes
 * groups anew, and a few that probe while there is something to probe. They start when
 * they are needed. Thread-safe.
 */
final class BalancerThreads implements AutoCloseable {

	private static final int MAX_PROBES = 16;

	private final ScheduledThreadPoolExecutor keeper = new ScheduledThreadPoolExecutor(1,
			new DaemonThreads("governance-balancer"));

	/** Refuses what is too much, which is tried again a second later. */
	private final ThreadPoolExecutor probes = new ThreadPoolExecutor(0, MAX_PROBES, 10, TimeUnit.SECONDS,
			new SynchronousQueue<>(), new DaemonThreads("balancer", "probe"));

	private boolean started;

	/**
	 * Looks after the balancers every second from now on.
	 * @param maintenance what to do; must not throw
	 */
	synchronized void start(Runnable maintenance) {
		if (!this.started && !this.keeper.isShutdown()) {
			this.started = true;
			this.keeper.scheduleWithFixedDelay(maintenance, 1, 1, TimeUnit.SECONDS);
		}
	}

	Executor keeper() {
		return this.keeper;
	}

	Executor probes() {
		return this.probes;
	}

	@Override
	public synchronized void close() {
		this.keeper.shutdownNow();
		this.probes.shutdownNow();
	}

}
