package io.governance.lock;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

import io.governance.BackendUnavailableException;
import io.governance.Printable;

/**
 * Locks by name, each held by one holder of the whole fleet at a time: not even two
 * threads of one process hold one together. Locks of one namespace are not those of
 * another.
 * <p>
 * A lock that lives on a server cannot stop a holder that was paused for longer than its
 * lease: whatever must not be done twice has to check the {@link HeldLock#fencingToken()
 * fencing token} where it is done. Thread-safe.
 */
public interface DistributedLock extends AutoCloseable {

	/**
	 * Checks the name of a lock.
	 * @param name 1 to 200 letters, digits, {@code _ . : @ -}, beginning with a letter, a
	 * digit or {@code _}
	 * @throws IllegalArgumentException if no lock can have that name
	 */
	static void checkName(String name) {
		if (!Pattern.matches("[A-Za-z0-9_][A-Za-z0-9_.:@-]{0,199}", name)) {
			throw new IllegalArgumentException("Not a valid name of a lock: '" + Printable.of(name, 80)
					+ "'. Use 1 to 200 letters, digits, '_', '.', ':', '@' or '-', beginning with a letter, a digit or '_'");
		}
	}

	/**
	 * Takes a lock, waiting for as long as somebody else holds it. A backend that does
	 * not answer is asked again until the patience is over.
	 * @param name the lock, see {@link #checkName}
	 * @param patience how long to wait; zero to try once, and however long
	 * @return the lock, held until it is closed or lost; or empty if somebody else still
	 * holds it
	 * @throws IllegalArgumentException if no lock can have that name
	 * @throws BackendUnavailableException if the backend did not answer at the end; what
	 * was perhaps taken is given back or runs out
	 * @throws InterruptedException if the thread was interrupted, before or while it
	 * waited; nothing is held then
	 * @throws IllegalStateException if this is closed, also while it waits
	 */
	Optional<HeldLock> acquire(String name, Duration patience) throws InterruptedException;

	/**
	 * Gives back what is held as far as the backend answers, and ends within 5 seconds.
	 * What could not be given back runs out with its lease.
	 */
	@Override
	void close();

}
