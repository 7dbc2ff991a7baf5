package io.governance.consul;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

import io.governance.BackendUnavailableException;
import io.governance.Subscription;
import io.governance.backend.support.LockLoss;
import io.governance.lock.HeldLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * A lock that this process holds, by a session of its own.
 */
final class ConsulHeldLock implements HeldLock, WatchLoop.Watch, ConsulLock.Renewable {

	private static final Logger logger = LoggerFactory.getLogger(ConsulHeldLock.class);

	private final ConsulClient client;

	private final String name;

	private final String key;

	private final long token;

	private final ConsulSession session;

	private final Executor executor;

	private final Consumer<ConsulHeldLock> onEnd;

	private final LockLoss loss;

	private volatile boolean lost;

	private @Nullable Subscription watch;

	ConsulHeldLock(ConsulClient client, String name, String key, long token, ConsulSession session, Executor executor,
			Consumer<ConsulHeldLock> onEnd) {
		this.client = client;
		this.name = name;
		this.key = key;
		this.token = token;
		this.session = session;
		this.executor = executor;
		this.onEnd = onEnd;
		this.loss = new LockLoss(client.name(), name);
	}

	/** Watches its key, if there may be one more watch; else only renewals tell. */
	synchronized void watch(WatchThreads threads) {
		if (!this.lost && this.loss.isHeld()) {
			this.watch = threads.tryStart(this);
		}
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public long fencingToken() {
		return this.token;
	}

	@Override
	public boolean isHeld() {
		if (!this.lost && this.loss.isHeld() && !this.session.isTrusted()) {
			lose("its session was not renewed in time");
		}
		return !this.lost && this.loss.isHeld();
	}

	@Override
	public void onLost(Runnable action) {
		this.loss.onLost(action);
	}

	/** Renews the session, and looks whether the lock is still there. */
	@Override
	public void renew(Duration deadline) {
		if (!isHeld()) {
			return;
		}
		try {
			this.session.renew(deadline);
			if (this.session.isGone()) {
				lose("its session has ended");
			}
			else if (!isWatched()) {
				onAnswer(this.client.readConsistent(request(), deadline));
			}
		}
		catch (BackendUnavailableException ex) {
			logger.debug("Backend '{}': lock '{}' could not be renewed", this.client.name(), this.name, ex);
		}
	}

	private synchronized boolean isWatched() {
		return this.watch != null;
	}

	@Override
	public ConsulRequest request() {
		return ConsulRequest.key(this.key);
	}

	@Override
	public boolean onAnswer(ConsulAnswer answer) {
		String owner = "";
		if (!answer.isAbsent()) {
			JsonNode value = answer.orFail().array().path(0);
			owner = value.path("Session").asString("");
		}
		if (!owner.equals(this.session.id())) {
			lose("somebody has taken it away");
			return true;
		}
		return false;
	}

	@Override
	public void onLost(String reason) {
		// It is held until its session may have run out.
	}

	private void lose(String reason) {
		synchronized (this) {
			if (this.lost || !this.loss.isHeld()) {
				return;
			}
			this.lost = true;
		}
		try {
			this.executor.execute(() -> this.loss.lose(reason));
		}
		catch (RejectedExecutionException ex) {
			this.loss.release();
		}
		ended();
	}

	private void ended() {
		this.onEnd.accept(this);
		Subscription watch;
		synchronized (this) {
			watch = this.watch;
		}
		if (watch != null) {
			watch.close();
		}
	}

	@Override
	public void close() {
		synchronized (this) {
			if (this.lost || !this.loss.release()) {
				return;
			}
		}
		ended();
		release(this.client, this.key, this.session);
	}

	/** Gives a lock back, if it is held by a session, and ends the session. */
	static void release(ConsulClient client, String key, ConsulSession session) {
		try {
			client.write(new ConsulTransaction().checkSession(key, session.id()).delete(key).write());
			session.end();
		}
		catch (BackendUnavailableException ex) {
			logger.debug("Backend '{}': {} could not be given back and runs out", client.name(), key, ex);
		}
	}

}
