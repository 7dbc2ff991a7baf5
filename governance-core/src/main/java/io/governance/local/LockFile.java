package io.governance.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

import org.jspecify.annotations.Nullable;

/**
 * The locked file of a lock.
 */
final class LockFile implements AutoCloseable {

	private final Path path;

	private final FileChannel channel;

	private final @Nullable Object key;

	private final long token;

	private LockFile(Path path, FileChannel channel, @Nullable Object key, long token) {
		this.path = path;
		this.channel = channel;
		this.key = key;
		this.token = token;
	}

	/**
	 * Locks a file and counts its token up.
	 * @param directory the shared directory
	 * @param path the file
	 * @return the locked file, or {@code null} if another process has locked it
	 * @throws IOException if the file cannot be used
	 */
	static @Nullable LockFile tryLock(LocalDirectory directory, Path path) throws IOException {
		Object key = keyOf(path);
		if (key == null) {
			directory.openForWriting(path).close();
			key = keyOf(path);
		}
		FileChannel channel = directory.openForWriting(path);
		LockFile locked = null;
		try {
			FileLock lock = tryLock(channel);
			// Who removes the file takes the lock along: what was opened is the file that
			// others lock only if that is the same before and after.
			if (lock != null && isSame(key, keyOf(path))) {
				locked = new LockFile(path, channel, key, countUp(channel));
			}
			return locked;
		}
		finally {
			if (locked == null) {
				channel.close();
			}
		}
	}

	private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
		try {
			return channel.tryLock();
		}
		catch (OverlappingFileLockException ex) {
			return null;
		}
	}

	private static long countUp(FileChannel channel) throws IOException {
		ByteBuffer number = ByteBuffer.allocate(Long.BYTES);
		int read = channel.read(number, 0);
		long token = ((read == Long.BYTES) ? number.getLong(0) : 0) + 1;
		// Should the file have been removed, the clock keeps tokens from starting anew.
		token = Math.max(token, System.currentTimeMillis());
		channel.write(ByteBuffer.allocate(Long.BYTES).putLong(0, token), 0);
		channel.force(false);
		return token;
	}

	private static @Nullable Object keyOf(Path path) {
		try {
			Object key = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
			return (key != null) ? key : path;
		}
		catch (IOException ex) {
			return null;
		}
	}

	private static boolean isSame(@Nullable Object key, @Nullable Object now) {
		return key != null && key.equals(now);
	}

	long token() {
		return this.token;
	}

	/**
	 * Whether this is still the file that others would lock.
	 * @return {@code false} if it was removed or replaced
	 */
	boolean isInPlace() {
		return this.channel.isOpen() && isSame(this.key, keyOf(this.path));
	}

	@Override
	public void close() {
		try {
			this.channel.close();
		}
		catch (IOException ex) {
			// Closed all the same, and the lock with it.
		}
	}

}
