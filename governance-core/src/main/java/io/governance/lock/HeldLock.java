package io.governance.lock;

/**
 * A lock while it is held. Its lease is renewed until it is closed. Thread-safe.
 */
public interface HeldLock extends AutoCloseable {

	/**
	 * The lock's name.
	 * @return the name
	 */
	String name();

	/**
	 * A number that is larger for every later holder of the same lock, as long as the
	 * backend keeps its data: a server that was wiped or restored from a backup may begin
	 * with smaller ones again. Whoever is given it along with the work refuses numbers
	 * below the largest one seen.
	 * @return the token, positive
	 */
	long fencingToken();

	/**
	 * Whether the lock is still held. Says no as soon as the lease may have run out by
	 * the clock of this process, which is before the backend gives the lock to somebody
	 * else; after a pause of the process ask again, or better, use the token.
	 * @return {@code false} once it is closed or lost, for good
	 */
	boolean isHeld();

	/**
	 * Tells when the lock is lost, other than by {@link #close()}: the lease has run out,
	 * or somebody has taken it away. Called once, at once if that has happened already,
	 * on a thread that may be blocked.
	 * @param action what to do
	 */
	void onLost(Runnable action);

	/**
	 * Gives the lock back. Waits for a backend that does not answer no longer than about
	 * the deadline of one call, its {@code timeout}; the lock then runs out with its
	 * lease. {@link #isHeld()} says no from the beginning. Never throws for a backend
	 * that is down. Closing twice does nothing.
	 */
	@Override
	void close();

}
