package io.governance.testkit;

import java.time.Duration;
import java.util.Set;

import io.governance.backend.Backend;

/**
 * How a contract reaches the backend that it tests. A contract makes one for each of its
 * tests. A process of its own, which is killed, makes one as well: an implementation is
 * public and has a public constructor without parameters, which starts nothing.
 */
public interface BackendFixture extends AutoCloseable {

	/**
	 * Where the server is, which is started if need be. Every fixture of one process may
	 * give the same server: contracts use names of their own.
	 * @return an address that {@link #open} understands, the same at each call
	 */
	String address();

	/**
	 * Makes a backend, with settings that suit a test. Connects to nothing.
	 * @param address the address of the server, or of a way to it, which another process
	 * may have made
	 * @param namespace the namespace of its registry, discovery and locks
	 * @return the backend, which the contract closes
	 */
	Backend open(String address, String namespace);

	/**
	 * Makes a way to the server of {@link #address()} that can be cut.
	 * @return the way, which the contract closes
	 */
	FaultyConnection connect();

	/**
	 * How long it takes at most until a process that was killed or cut off is noticed:
	 * its instances are gone for everybody, or {@code DOWN}.
	 * @return the time
	 */
	Duration lease();

	/**
	 * How long it takes at most until a connection that is cut is told as lost.
	 * @return the time
	 */
	Duration detection();

	/**
	 * How long it takes at most until the lock of a holder that was killed or cut off can
	 * be taken by somebody else. Not asked where the backend has no locks.
	 * @return the time; the {@link #lease()} unless overridden
	 */
	default Duration lockLease() {
		return lease();
	}

	/**
	 * Whether a holder that is cut off for longer than the {@link #lockLease()} loses its
	 * lock. Where something else than a connection keeps it, such as the operating
	 * system, nobody else gets it then.
	 * @return {@code true} unless overridden
	 */
	default boolean lockHangsOnConnection() {
		return true;
	}

	/**
	 * What the names of threads begin with that a client library keeps for the life of
	 * the JVM, whoever closes what. Every other thread has to end with the backend.
	 * @return the beginnings of names; none unless overridden
	 */
	default Set<String> lastingThreads() {
		return Set.of();
	}

	/**
	 * Frees what this fixture alone holds. Called once the backends are closed.
	 */
	@Override
	default void close() {
	}

}
