package io.governance.etcd;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.kv.TxnResponse;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.PutOption;
import io.governance.Backoff;
import io.governance.BackendUnavailableException;
import io.governance.Subscription;
import io.governance.lock.DistributedLock;
import io.governance.lock.HeldLock;
import org.jspecify.annotations.Nullable;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Locks as keys, {@code locks/{namespace}/{name}}, each under a lease of its own. Whoever
 * creates the key holds the lock, and the revision of its creation is the fencing token.
 * Who waits is told when the key goes; who comes first then gets it, in no order.
 */
final class EtcdLock implements DistributedLock {

	private static final Duration RETRY_BASE = Duration.ofMillis(50);

	private static final Duration RETRY_CAP = Duration.ofSeconds(1);

	/** A watch that has fallen silent must not keep anybody from a free lock. */
	private static final Duration LOOK_AGAIN = Duration.ofSeconds(3);

	/** What is not given back by then goes with its lease. */
	private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

	private static final String WHAT = "take a lock";

	private final String backend;

	private final EtcdClient client;

	private final EtcdReader reader;

	private final Leases leases;

	private final Keys keys;

	private final String namespace;

	private final Duration duration;

	private final String owner;

	private final RangeFeeds<Boolean> feeds;

	private final Executor listeners;

	private final LongSupplier nanoTime;

	private final RandomGenerator random;

	private final Set<EtcdHeldLock> held = ConcurrentHashMap.newKeySet();

	private volatile boolean closed;

	EtcdLock(String backend, EtcdClient client, EtcdReader reader, Leases leases, Keys keys, String namespace,
			Duration duration, String owner, WatchLoop loop, Executor listeners, LongSupplier nanoTime,
			RandomGenerator random) {
		this.backend = backend;
		this.client = client;
		this.reader = reader;
		this.leases = leases;
		this.keys = keys;
		this.namespace = namespace;
		this.duration = duration;
		this.owner = owner;
		this.feeds = new RangeFeeds<>(loop, false, (key, value, modified) -> true, null);
		this.listeners = listeners;
		this.nanoTime = nanoTime;
		this.random = random;
	}

	@Override
	public Optional<HeldLock> acquire(String name, Duration patience) throws InterruptedException {
		DistributedLock.checkName(name);
		String key = this.keys.lock(this.namespace, name);
		Backoff backoff = new Backoff(RETRY_BASE, RETRY_CAP, this.random);
		long deadline = this.nanoTime.getAsLong() + Math.max(0, TimeUnit.NANOSECONDS.convert(patience));
		Waiting waiting = null;
		try {
			while (true) {
				checkOpen();
				BackendUnavailableException failure = null;
				try {
					EtcdHeldLock lock = attempt(name, key);
					if (lock != null) {
						return Optional.of(lock);
					}
				}
				catch (BackendUnavailableException ex) {
					failure = ex;
				}
				checkInterrupt(name);
				long left = deadline - this.nanoTime.getAsLong();
				if (left <= 0) {
					if (failure != null) {
						throw failure;
					}
					return Optional.empty();
				}
				if (failure != null) {
					TimeUnit.NANOSECONDS.sleep(Math.min(left, backoff.nextNanos()));
				}
				else {
					backoff.reset();
					waiting = (waiting != null) ? waiting : new Waiting(key);
					waiting.await(Math.min(left, LOOK_AGAIN.toNanos()));
				}
			}
		}
		finally {
			if (waiting != null) {
				waiting.close();
			}
		}
	}

	private void checkOpen() {
		if (this.closed) {
			throw new IllegalStateException("The locks are closed");
		}
	}

	private static void checkInterrupt(String name) throws InterruptedException {
		if (Thread.interrupted()) {
			throw new InterruptedException("Interrupted while waiting for lock '" + name + "'");
		}
	}

	private @Nullable EtcdHeldLock attempt(String name, String key) throws InterruptedException {
		if (!this.client.await(WHAT, this.reader.readAnyhow(List.of(key))).entries().isEmpty()) {
			return null;
		}
		EtcdHeldLock lock = new EtcdHeldLock(this.backend, name, key, this.client, this.reader, this.listeners,
				this.held::remove);
		Lease lease = this.leases.grant(WHAT, this.duration, lock);
		boolean taken = false;
		try {
			ByteSequence bytes = KeyRange.bytes(key);
			PutOption option = PutOption.builder().withLeaseId(lease.id()).build();
			TxnResponse answer = this.client.ask(WHAT,
					(client) -> client.getKVClient()
						.txn()
						.If(new Cmp(bytes, Cmp.Op.EQUAL, CmpTarget.version(0)))
						.Then(Op.put(bytes, ByteSequence.from(this.owner, UTF_8), option))
						.commit());
			checkInterrupt(name);
			taken = answer.isSucceeded();
			if (taken) {
				lock.begin(answer.getHeader().getRevision(), lease);
				this.held.add(lock);
				if (this.closed) {
					lock.close();
					checkOpen();
				}
			}
			return taken ? lock : null;
		}
		finally {
			if (!taken) {
				// Also where the answer is not known: what was perhaps taken is given
				// back.
				lease.revoke();
			}
		}
	}

	@Override
	public void close() {
		this.closed = true;
		CompletableFuture<?>[] released = this.held.stream()
			.map(EtcdHeldLock::release)
			.toArray(CompletableFuture[]::new);
		CompletableFuture.allOf(released)
			.completeOnTimeout(null, CLOSE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
			.exceptionally((thrown) -> null)
			.join();
	}

	/** Waits for a key to go. */
	private final class Waiting implements AutoCloseable {

		private final Subscription subscription;

		private boolean free;

		Waiting(String key) {
			this.subscription = EtcdLock.this.feeds.watch(new Subscriber<>(new Interest(Set.of(), KeyRange.of(key)),
					(state) -> told(state.isEmpty()), (reason) -> told(true)));
		}

		private synchronized void told(boolean free) {
			this.free = free;
			notifyAll();
		}

		/** Returns when it is worth to try, or the time is over. */
		synchronized void await(long nanos) throws InterruptedException {
			long deadline = EtcdLock.this.nanoTime.getAsLong() + nanos;
			long left = nanos;
			while (!this.free && left > 0 && !EtcdLock.this.closed) {
				// Wakes up now and then to see whether the locks are closed.
				TimeUnit.NANOSECONDS.timedWait(this, Math.min(left, RETRY_CAP.toNanos()));
				left = deadline - EtcdLock.this.nanoTime.getAsLong();
			}
			this.free = false;
		}

		@Override
		public void close() {
			this.subscription.close();
		}

	}

}
