package io.governance.local;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;

import io.governance.backend.support.LockLoss;
import io.governance.lock.HeldLock;

/**
 * A lock that this process holds.
 */
final class LocalHeldLock implements HeldLock {

	private final String name;

	private final LockFile file;

	private final Runnable release;

	private final Executor listeners;

	private final Consumer<LocalHeldLock> onEnd;

	private final LockLoss loss;

	LocalHeldLock(String name, LockFile file, Runnable release, Executor listeners, Consumer<LocalHeldLock> onEnd) {
		this.name = name;
		this.file = file;
		this.release = release;
		this.listeners = listeners;
		this.onEnd = onEnd;
		this.loss = new LockLoss("local", name);
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public long fencingToken() {
		return this.file.token();
	}

	@Override
	public boolean isHeld() {
		if (!this.loss.isHeld()) {
			return false;
		}
		if (!this.file.isInPlace()) {
			lose("its file was removed");
			return false;
		}
		return true;
	}

	private void lose(String reason) {
		// Comes first: whoever is told may want it again.
		free();
		try {
			this.listeners.execute(() -> this.loss.lose(reason));
		}
		catch (RejectedExecutionException ex) {
			this.loss.lose(reason);
		}
	}

	@Override
	public void onLost(Runnable action) {
		this.loss.onLost(action);
	}

	@Override
	public void close() {
		if (this.loss.release()) {
			free();
		}
	}

	/** Once or more often. */
	private void free() {
		this.file.close();
		this.onEnd.accept(this);
		this.release.run();
	}

}
