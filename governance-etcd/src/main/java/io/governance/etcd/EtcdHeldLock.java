package io.governance.etcd;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.etcd.jetcd.ByteSequence;
import io.etcd.jetcd.op.Cmp;
import io.etcd.jetcd.op.CmpTarget;
import io.etcd.jetcd.op.Op;
import io.etcd.jetcd.options.DeleteOption;
import io.governance.backend.support.LockLoss;
import io.governance.lock.HeldLock;
import org.jspecify.annotations.Nullable;

/**
 * A lock that this process holds: a key that it has created, and its lease.
 */
final class EtcdHeldLock implements HeldLock, Lease.Listener {

	private final String name;

	private final String key;

	private final EtcdClient client;

	private final EtcdReader reader;

	private final Executor listeners;

	private final Consumer<EtcdHeldLock> onEnd;

	private final LockLoss loss;

	private volatile long token;

	private volatile @Nullable Lease lease;

	EtcdHeldLock(String backend, String name, String key, EtcdClient client, EtcdReader reader, Executor listeners,
			Consumer<EtcdHeldLock> onEnd) {
		this.name = name;
		this.key = key;
		this.client = client;
		this.reader = reader;
		this.listeners = listeners;
		this.onEnd = onEnd;
		this.loss = new LockLoss(backend, name);
	}

	void begin(long token, Lease lease) {
		this.token = token;
		this.lease = lease;
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
		Lease lease = this.lease;
		if (lease == null || !this.loss.isHeld()) {
			return false;
		}
		if (!lease.isSafe()) {
			onLost("its lease may have run out");
			return false;
		}
		return true;
	}

	@Override
	public void onLost(Runnable action) {
		this.loss.onLost(action);
	}

	@Override
	public void onTick() {
		isHeld();
	}

	/** Looks whether the key is still the one that this process has created. */
	@Override
	public void onRenewal() {
		if (this.lease == null || !isHeld()) {
			return;
		}
		this.reader.readAnyhow(List.of(this.key)).thenAccept((snapshot) -> {
			Snapshot.Entry entry = snapshot.entries().get(this.key);
			if (entry == null || entry.created() != this.token) {
				onLost("its key was removed");
			}
		});
	}

	@Override
	public void onLost(String reason) {
		Lease lease = this.lease;
		if (lease != null) {
			lease.stop();
		}
		try {
			this.listeners.execute(() -> lose(reason));
		}
		catch (RejectedExecutionException ex) {
			lose(reason);
		}
	}

	private void lose(String reason) {
		if (this.loss.lose(reason)) {
			this.onEnd.accept(this);
		}
	}

	@Override
	public void close() {
		release().completeOnTimeout(null, this.client.timeout().toMillis(), TimeUnit.MILLISECONDS)
			.exceptionally((thrown) -> null)
			.join();
	}

	/** Gives it back without waiting: what does not arrive goes with its lease. */
	CompletableFuture<?> release() {
		Lease lease = this.lease;
		if (lease == null || !this.loss.release()) {
			return CompletableFuture.completedFuture(null);
		}
		this.onEnd.accept(this);
		ByteSequence bytes = KeyRange.bytes(this.key);
		Cmp own = new Cmp(bytes, Cmp.Op.EQUAL, CmpTarget.createRevision(this.token));
		CompletableFuture<?> deleted = this.client
			.call((client) -> client.getKVClient().txn().If(own).Then(Op.delete(bytes, DeleteOption.DEFAULT)).commit());
		return CompletableFuture.allOf(deleted, lease.revoke());
	}

}
