package io.governance.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * Excludes all other threads and processes that use the same lock file. The operating
 * system frees the lock of a process that dies. Thread-safe, not reentrant.
 */
final class ProcessLock {

	/*
	 * Operating systems keep file locks per process, and closing any channel of a file
	 * drops all locks that the process has on it. Hence all backends of this process have
	 * to queue here first, which nothing but static state can make them do.
	 */
	private static final ConcurrentMap<Path, ReentrantLock> OF_THIS_PROCESS = new ConcurrentHashMap<>();

	private static final long RETRY_NANOS = TimeUnit.MICROSECONDS.toNanos(500);

	private final LocalDirectory directory;

	private final String name;

	ProcessLock(LocalDirectory directory, String name) {
		this.directory = directory;
		this.name = name;
	}

	/**
	 * Runs something alone.
	 * @param <T> what it returns
	 * @param patience how long to wait for others; zero not to wait
	 * @param action what to run
	 * @return what it returned, or empty if others did not finish in time
	 * @throws IOException if the lock file cannot be used, or the action failed
	 */
	<T> Optional<T> call(Duration patience, Action<T> action) throws IOException {
		long deadline = System.nanoTime() + patience.toNanos();
		Path home = this.directory.hidden("locks");
		this.directory.create(home);
		Path path = home.toRealPath().resolve(this.name);
		ReentrantLock local = OF_THIS_PROCESS.computeIfAbsent(path, (any) -> new ReentrantLock());
		if (!acquire(local, patience)) {
			return Optional.empty();
		}
		try {
			do {
				Object key = key(path);
				try (FileChannel channel = this.directory.openForWriting(path)) {
					FileLock lock = acquire(channel, deadline);
					if (lock == null) {
						return Optional.empty();
					}
					// Somebody who wipes the directory takes the lock file along: it was
					// there before it was opened, and is there now.
					if (Objects.equals(key, key(path))) {
						return Optional.of(action.run());
					}
				}
			}
			while (System.nanoTime() - deadline < 0);
			return Optional.empty();
		}
		finally {
			local.unlock();
		}
	}

	private static Object key(Path path) throws IOException {
		try {
			Object key = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
			return (key != null) ? key : path;
		}
		catch (NoSuchFileException ex) {
			return ex;
		}
	}

	private static boolean acquire(ReentrantLock lock, Duration patience) throws IOException {
		if (lock.isHeldByCurrentThread()) {
			throw new IllegalStateException("The lock is held already");
		}
		try {
			return lock.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new FileSystemException(null, null, "interrupted while waiting for another publisher");
		}
	}

	private static @Nullable FileLock acquire(FileChannel channel, long deadline) throws IOException {
		while (true) {
			FileLock lock;
			try {
				lock = channel.tryLock();
			}
			catch (OverlappingFileLockException ex) {
				lock = null;
			}
			if (lock != null || System.nanoTime() - deadline >= 0) {
				return lock;
			}
			LockSupport.parkNanos(RETRY_NANOS);
		}
	}

	/**
	 * What is run under the lock.
	 *
	 * @param <T> what it returns
	 */
	@FunctionalInterface
	interface Action<T> {

		T run() throws IOException;

	}

}
