package io.governance.local;

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

	private final Consumer<LocalHeldLock> onEnd;

	private final LockLoss loss;

	LocalHeldLock(String name, LockFile file, Runnable release, Consumer<LocalHeldLock> onEnd) {
		this.name = name;
		this.file = file;
		this.release = release;
		this.onEnd = onEnd;
		this.loss = new LockLoss("local", name);
		this.loss.onLost(this::free);
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
		if (this.loss.isHeld() && !this.file.isInPlace()) {
			this.loss.lose("its file was removed");
		}
		return this.loss.isHeld();
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

	/** Comes first when the lock is lost: whoever is told may want it again. */
	private void free() {
		this.file.close();
		this.onEnd.accept(this);
		this.release.run();
	}

}
