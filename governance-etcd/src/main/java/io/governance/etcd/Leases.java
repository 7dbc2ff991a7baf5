package io.governance.etcd;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

import io.governance.DaemonThreads;
import io.governance.backend.support.RepeatedTask;

/**
 * Grants leases and renews them, each by a schedule of its own on one thread. The thread
 * starts with the first lease.
 */
final class Leases implements AutoCloseable {

	private final EtcdClient client;

	private final LongSupplier nanoTime;

	private final ScheduledThreadPoolExecutor thread;

	Leases(EtcdClient client, LongSupplier nanoTime) {
		this.client = client;
		this.nanoTime = nanoTime;
		this.thread = new ScheduledThreadPoolExecutor(1, new DaemonThreads("etcd", "leases"));
		this.thread.setRemoveOnCancelPolicy(true);
	}

	/**
	 * Grants a lease, which is renewed from then on. Blocks no longer than the deadline
	 * of a call.
	 * @param what what it is for, in words that follow "cannot"
	 * @param duration how long it lasts without renewal, in whole seconds
	 * @param listener who is told what becomes of it, on the thread of the leases or on
	 * one of the client's; must not block
	 * @return the lease
	 */
	Lease grant(String what, Duration duration, Lease.Listener listener) {
		long asked = this.nanoTime.getAsLong();
		long id = this.client.ask(what, (client) -> client.getLeaseClient().grant(duration.toSeconds())).getID();
		return new Lease(this, this.client, this.nanoTime, id, duration, asked, listener);
	}

	/* Without making up for what was missed while the process was stopped. */
	ScheduledFuture<?> repeat(Runnable task, Duration interval) {
		String what = "Backend '" + this.client.backend() + "': the renewal of a lease";
		return this.thread.scheduleWithFixedDelay(new RepeatedTask(what, task), interval.toNanos(), interval.toNanos(),
				TimeUnit.NANOSECONDS);
	}

	@Override
	public void close() {
		this.thread.shutdownNow();
	}

}
