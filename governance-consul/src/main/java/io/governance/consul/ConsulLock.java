package io.governance.consul;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.governance.BackendUnavailableException;
import io.governance.DaemonThreads;
import io.governance.backend.support.RepeatedTask;
import io.governance.lock.DistributedLock;
import io.governance.lock.HeldLock;
import org.jspecify.annotations.Nullable;

/**
 * Locks as keys that a session owns, {@code {root}/locks/{namespace}/{name}}. The fencing
 * token is the index of the acquisition, which grows over the whole cluster; so the key
 * is deleted when the lock is given back.
 */
final class ConsulLock implements DistributedLock {

	/** How many sessions are renewed at a time. */
	private static final int RENEWERS = 8;

	private static final int MAX_WAITERS = 32;

	private static final long CHECK_MILLIS = 250;

	private static final long RETRY_MILLIS = 100;

	private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(2);

	private final ConsulClient client;

	private final String namespace;

	private final WatchThreads threads;

	private final Executor listeners;

	private final Set<ConsulHeldLock> held = ConcurrentHashMap.newKeySet();

	private final Set<ConsulSession> waiting = ConcurrentHashMap.newKeySet();

	private @Nullable Heartbeat<Renewable> renewal;

	private @Nullable Future<?> check;

	private @Nullable ExecutorService waiters;

	private volatile boolean closed;

	ConsulLock(ConsulClient client, String namespace, WatchThreads threads, Executor listeners) {
		this.client = client;
		this.namespace = namespace;
		this.threads = threads;
		this.listeners = listeners;
	}

	@Override
	public Optional<HeldLock> acquire(String name, Duration patience) throws InterruptedException {
		DistributedLock.checkName(name);
		Attempt attempt = new Attempt(name, System.nanoTime() + TimeUnit.NANOSECONDS.convert(patience));
		try {
			return Optional.ofNullable(attempt.run());
		}
		finally {
			attempt.end();
		}
	}

	private void checkOpen() {
		if (this.closed) {
			throw new IllegalStateException("The locks are closed");
		}
	}

	private synchronized void startRenewing() {
		checkOpen();
		if (this.renewal == null) {
			// What fails is found by who holds or waits.
			this.renewal = new Heartbeat<>(this.client, "lock", RENEWERS, this.client.settings().lock().ttl(),
					this::renewables, Renewable::renew);
			// By the clock alone: a loss is told in time also while the server hangs.
			this.check = this.client.timer()
				.scheduleWithFixedDelay(
						new RepeatedTask("The look at Consul's locks", () -> this.held.forEach(ConsulHeldLock::isHeld)),
						CHECK_MILLIS, CHECK_MILLIS, TimeUnit.MILLISECONDS);
		}
	}

	private Set<Renewable> renewables() {
		Set<Renewable> all = new HashSet<>(this.held);
		all.addAll(this.waiting);
		return all;
	}

	/** Threads that wait in the place of those which may be interrupted. */
	private synchronized ExecutorService waiters() {
		checkOpen();
		if (this.waiters == null) {
			this.waiters = new ThreadPoolExecutor(0, MAX_WAITERS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(),
					new DaemonThreads("consul", "lock-waiter"));
		}
		return this.waiters;
	}

	@Override
	public void close() {
		Heartbeat<Renewable> renewal;
		ExecutorService waiters;
		synchronized (this) {
			this.closed = true;
			renewal = this.renewal;
			waiters = this.waiters;
			if (this.check != null) {
				this.check.cancel(false);
			}
		}
		if (renewal == null) {
			return;
		}
		renewal.close();
		if (waiters != null) {
			waiters.shutdownNow();
		}
		Set<ConsulHeldLock> held = Set.copyOf(this.held);
		if (!held.isEmpty()) {
			Thread releasing = new DaemonThreads("consul", "release")
				.newThread(() -> held.forEach(ConsulHeldLock::close));
			releasing.start();
			try {
				releasing.join(CLOSE_PATIENCE.toMillis());
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

	/** What lasts for as long as it is renewed. */
	interface Renewable {

		/**
		 * Renews it.
		 * @param deadline how long to wait for the answer
		 */
		void renew(Duration deadline);

	}

	/** One caller that wants a lock. */
	private final class Attempt {

		private final String name;

		private final String key;

		private final long deadline;

		private @Nullable ConsulSession session;

		private @Nullable BackendUnavailableException failure;

		Attempt(String name, long deadline) {
			this.name = name;
			this.key = new ConsulKeys(ConsulLock.this.client.settings().root()).lock(ConsulLock.this.namespace, name);
			this.deadline = deadline;
		}

		@Nullable HeldLock run() throws InterruptedException {
			while (true) {
				checkOpen();
				if (Thread.interrupted()) {
					throw new InterruptedException("Interrupted while waiting for lock '" + this.name + "'");
				}
				HeldLock lock = tryOnce();
				if (lock != null) {
					return lock;
				}
				if (left() <= 0) {
					if (this.failure != null) {
						throw this.failure;
					}
					return null;
				}
				await();
			}
		}

		private long left() {
			return this.deadline - System.nanoTime();
		}

		private @Nullable HeldLock tryOnce() {
			try {
				this.failure = null;
				ConsulSession session = session();
				byte[] owner = ("process " + ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8);
				ConsulAnswer answer = ConsulLock.this.client
					.write(new ConsulTransaction().lock(this.key, owner, session.id()).write());
				ConsulTransaction.Result result = ConsulTransaction.result(answer);
				KeyValue value = result.find(this.key);
				if (value != null) {
					return hold(session, value.modifyIndex());
				}
				if (result.reason().contains("invalid session")) {
					forgetSession();
				}
				return null;
			}
			catch (BackendUnavailableException ex) {
				this.failure = ex;
				return null;
			}
		}

		private ConsulSession session() {
			ConsulSession session = this.session;
			if (session == null || !session.isTrusted()) {
				forgetSession();
				session = ConsulSession.begin(ConsulLock.this.client, "lock " + this.name, System::nanoTime);
				this.session = session;
				ConsulLock.this.waiting.add(session);
				startRenewing();
			}
			return session;
		}

		private void forgetSession() {
			if (this.session != null) {
				ConsulLock.this.waiting.remove(this.session);
				this.session = null;
			}
		}

		private HeldLock hold(ConsulSession session, long token) {
			ConsulHeldLock lock = new ConsulHeldLock(ConsulLock.this.client, this.name, this.key, token, session,
					ConsulLock.this.listeners, ConsulLock.this.held::remove);
			ConsulLock.this.held.add(lock);
			forgetSession();
			lock.watch(ConsulLock.this.threads);
			if (ConsulLock.this.closed) {
				lock.close();
				checkOpen();
			}
			return lock;
		}

		/** Waits until the lock may be free, or for a little while. */
		private void await() throws InterruptedException {
			if (this.failure != null || !awaitRelease()) {
				long pause = Math.min(left(), TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS));
				TimeUnit.NANOSECONDS.sleep(Math.max(0, pause));
			}
		}

		/** Whether it is worth while to try again at once. */
		private boolean awaitRelease() throws InterruptedException {
			Thread[] waiter = new Thread[1];
			Future<Boolean> release;
			try {
				release = waiters().submit(() -> {
					synchronized (waiter) {
						waiter[0] = Thread.currentThread();
					}
					try {
						return isReleased();
					}
					finally {
						synchronized (waiter) {
							// From here on the thread may wait for somebody else.
							waiter[0] = null;
						}
					}
				});
			}
			catch (RejectedExecutionException ex) {
				return false;
			}
			try {
				return release.get(Math.max(1, left()), TimeUnit.NANOSECONDS);
			}
			catch (ExecutionException | TimeoutException ex) {
				return false;
			}
			finally {
				release.cancel(true);
				synchronized (waiter) {
					if (waiter[0] != null) {
						ConsulLock.this.client.abort(waiter[0]);
					}
				}
			}
		}

		private boolean isReleased() {
			ConsulRequest request = ConsulRequest.key(this.key);
			ConsulAnswer answer = ConsulLock.this.client.await(request, 0, true, false);
			if (!isOwned(answer)) {
				// Free, and yet it was refused: nobody gets it before its delay is over.
				return false;
			}
			long index = Math.max(1, answer.index());
			answer = ConsulLock.this.client.await(request, index, true, false);
			return !isOwned(answer) || answer.index() != index;
		}

		private boolean isOwned(ConsulAnswer answer) {
			return !answer.isAbsent() && !answer.orFail().array().path(0).path("Session").asString("").isEmpty();
		}

		/** Ends the session of whoever has not got the lock. */
		void end() {
			ConsulSession session = this.session;
			if (session != null) {
				forgetSession();
				boolean interrupted = Thread.interrupted();
				ConsulHeldLock.release(ConsulLock.this.client, this.key, session);
				if (interrupted) {
					Thread.currentThread().interrupt();
				}
			}
		}

	}

}
