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
			end(this.loss.lose("its file was removed"));
		}
		return this.loss.isHeld();
	}

	@Override
	public void onLost(Runnable action) {
		this.loss.onLost(action);
	}

	@Override
	public void close() {
		end(this.loss.release());
	}

	private void end(boolean first) {
		if (first) {
			this.file.close();
			this.onEnd.accept(this);
			this.release.run();
		}
	}

}
