package io.governance.local;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.governance.DaemonThreads;
import io.governance.backend.support.RepeatedTask;
import io.governance.internal.FileNames;
import io.governance.lock.DistributedLock;
import io.governance.lock.HeldLock;
import org.jspecify.annotations.Nullable;

/**
 * Locks as files, {@code locks/{namespace}/{name}}, which hold the last fencing token and
 * therefore stay when nobody holds the lock. The operating system frees the lock of a
 * process that dies; a holder whose file was removed has lost it.
 */
final class LocalLock implements DistributedLock {

	/*
	 * Operating systems keep file locks per process: the backends of this one have to
	 * queue here first, which nothing but static state can make them do.
	 */
	private static final Turns OF_THIS_PROCESS = new Turns();

	private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

	/** The pause while the directory cannot be used. */
	private static final long ASK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	private static final Duration LOOK_INTERVAL = Duration.ofMillis(500);

	private final LocalDirectory directory;

	private final String namespace;

	private final Executor listeners;

	private final Set<LocalHeldLock> held = ConcurrentHashMap.newKeySet();

	private @Nullable ScheduledThreadPoolExecutor looking;

	private volatile boolean closed;

	LocalLock(LocalDirectory directory, String namespace, Executor listeners) {
		this.directory = directory;
		this.namespace = namespace;
		this.listeners = listeners;
	}

	@Override
	public Optional<HeldLock> acquire(String name, Duration patience) throws InterruptedException {
		DistributedLock.checkName(name);
		long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(patience);
		Path home = this.directory.locks(this.namespace);
		while (true) {
			checkOpen();
			try {
				return acquire(name, home, deadline);
			}
			catch (IOException ex) {
				long left = deadline - System.nanoTime();
				if (left <= 0) {
					throw this.directory.unavailable("lock in", home, ex);
				}
				TimeUnit.NANOSECONDS.sleep(Math.min(left, ASK_AGAIN_NANOS));
			}
		}
	}

	private Optional<HeldLock> acquire(String name, Path home, long deadline) throws IOException, InterruptedException {
		this.directory.create(home);
		Path real = home.toRealPath().resolve(FileNames.encode(name));
		Runnable release = awaitTurn(real, deadline);
		if (release == null) {
			return Optional.empty();
		}
		LocalHeldLock lock = null;
		try {
			lock = acquire(name, real, release, deadline);
		}
		finally {
			if (lock == null) {
				release.run();
			}
		}
		return Optional.ofNullable(lock);
	}

	/** Looks now and then whether the locks have been closed meanwhile. */
	private @Nullable Runnable awaitTurn(Path path, long deadline) throws InterruptedException {
		while (true) {
			checkOpen();
			long left = Math.max(0, deadline - System.nanoTime());
			long pause = Math.min(left, LOOK_INTERVAL.toNanos());
			Runnable release = OF_THIS_PROCESS.await(path, Duration.ofNanos(pause));
			if (release != null || pause == left) {
				return release;
			}
		}
	}

	private @Nullable LocalHeldLock acquire(String name, Path path, Runnable release, long deadline)
			throws IOException, InterruptedException {
		while (true) {
			checkOpen();
			LockFile file = LockFile.tryLock(this.directory, path);
			if (file != null) {
				return hold(new LocalHeldLock(name, file, release, this.listeners, this.held::remove));
			}
			if (System.nanoTime() - deadline >= 0) {
				return null;
			}
			LockSupport.parkNanos(RETRY_NANOS);
			if (Thread.interrupted()) {
				throw new InterruptedException("Interrupted while waiting for lock '" + name + "'");
			}
		}
	}

	private synchronized LocalHeldLock hold(LocalHeldLock lock) throws IOException {
		if (this.closed) {
			lock.close();
			throw new FileSystemException(null, null, "the backend is closed");
		}
		this.held.add(lock);
		if (this.looking == null) {
			this.looking = new ScheduledThreadPoolExecutor(1, new DaemonThreads("local", "locks"));
			this.looking.scheduleWithFixedDelay(
					new RepeatedTask("The look at local locks", () -> this.held.forEach(LocalHeldLock::isHeld)),
					LOOK_INTERVAL.toMillis(), LOOK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
		}
		return lock;
	}

	private void checkOpen() {
		if (this.closed) {
			throw new IllegalStateException("The locks are closed");
		}
	}

	@Override
	public void close() {
		ScheduledThreadPoolExecutor looking;
		synchronized (this) {
			this.closed = true;
			looking = this.looking;
		}
		this.held.forEach(LocalHeldLock::close);
		if (looking != null) {
			looking.shutdownNow();
		}
	}

}
