package io.governance.etcd;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

import io.etcd.jetcd.Client;
import io.etcd.jetcd.lease.LeaseKeepAliveResponse;
import io.etcd.jetcd.options.LeaseOption;
import org.jspecify.annotations.Nullable;

/**
 * A lease while it is renewed. How long it is valid is measured from before each renewal
 * was sent, so that this process knows of its end before the server does. Thread-safe.
 */
final class Lease {

	/**
	 * How often its listener is asked to look, and every how many of them it is renewed.
	 */
	private static final int TICKS = 40;

	private static final int TICKS_PER_RENEWAL = 10;

	/** Two clocks do not run at the same speed. */
	private static final double SAFETY = 0.95;

	private final EtcdClient client;

	private final LongSupplier nanoTime;

	private final long id;

	private final long safeNanos;

	private final AtomicLong validUntil;

	private final Listener listener;

	private final AtomicBoolean ended = new AtomicBoolean();

	private final @Nullable ScheduledFuture<?> renewal;

	/** Used by the thread of the leases only. */
	private int ticks;

	Lease(Leases leases, EtcdClient client, LongSupplier nanoTime, long id, Duration duration, long asked,
			Listener listener) {
		this.client = client;
		this.nanoTime = nanoTime;
		this.id = id;
		this.safeNanos = (long) (duration.toNanos() * SAFETY);
		this.validUntil = new AtomicLong(asked + this.safeNanos);
		this.listener = listener;
		ScheduledFuture<?> renewal = null;
		try {
			renewal = leases.repeat(this::tick, duration.dividedBy(TICKS));
		}
		catch (RejectedExecutionException ex) {
			this.ended.set(true);
		}
		this.renewal = renewal;
	}

	long id() {
		return this.id;
	}

	boolean isEnded() {
		return this.ended.get();
	}

	/** Whether the server cannot have ended it. */
	boolean isSafe() {
		return !this.ended.get() && this.nanoTime.getAsLong() - this.validUntil.get() < 0;
	}

	private void tick() {
		this.listener.onTick();
		if (!this.ended.get() && ++this.ticks % TICKS_PER_RENEWAL == 0) {
			this.listener.onRenewal();
			renew();
		}
	}

	private void renew() {
		long asked = this.nanoTime.getAsLong();
		this.client.call(this::keepAlive)
			.exceptionallyCompose((thrown) -> (EtcdFailure.of(thrown).kind() == EtcdFailure.Kind.REFUSED)
					? keepAliveAfterLogin() : CompletableFuture.failedFuture(thrown))
			.whenComplete((answer, thrown) -> renewed(asked, thrown));
	}

	private CompletableFuture<LeaseKeepAliveResponse> keepAlive(Client client) {
		return client.getLeaseClient().keepAliveOnce(this.id);
	}

	/**
	 * Newer servers (3.5.30 does, 3.4.23 does not) check the token of a renewal. If they
	 * have forgotten it, jetcd logs in again with any other call, but not with this one.
	 */
	private CompletableFuture<LeaseKeepAliveResponse> keepAliveAfterLogin() {
		return this.client.call((client) -> client.getLeaseClient().timeToLive(this.id, LeaseOption.DEFAULT))
			.thenCompose((answer) -> this.client.call(this::keepAlive));
	}

	private void renewed(long asked, @Nullable Throwable thrown) {
		if (this.ended.get()) {
			return;
		}
		if (thrown == null) {
			this.validUntil.accumulateAndGet(asked + this.safeNanos, (a, b) -> (b - a > 0) ? b : a);
			this.listener.onRenewed();
			return;
		}
		EtcdFailure failure = EtcdFailure.of(thrown);
		if (failure.kind() == EtcdFailure.Kind.NOT_FOUND) {
			stop();
			this.listener.onLost("the server does not know its lease any more");
		}
		else {
			this.listener.onFailure(failure.reason());
		}
	}

	/** Renews it no more; it runs out. */
	void stop() {
		this.ended.set(true);
		if (this.renewal != null) {
			this.renewal.cancel(false);
		}
	}

	/** Ends it on the server, with all keys that live as long as it does. */
	CompletableFuture<?> revoke() {
		stop();
		return this.client.call((client) -> client.getLeaseClient().revoke(this.id));
	}

	/** Told what becomes of a lease. */
	interface Listener {

		/** The server has ended it. */
		void onLost(String reason);

		/** It could not be renewed; it is tried again. */
		default void onFailure(String reason) {
		}

		/** It was renewed. */
		default void onRenewed() {
		}

		/** It is about to be renewed. */
		default void onRenewal() {
		}

		/** Some of its time has passed. */
		default void onTick() {
		}

	}

}
