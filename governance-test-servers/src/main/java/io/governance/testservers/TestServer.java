package io.governance.testservers;

import java.nio.file.Path;

/**
 * A server of its own process, listening on the loopback interface only.
 * <p>
 * A <em>shared</em> server is there for every test of the JVM: it is running, and refuses
 * with {@link UnsupportedOperationException} whatever would disturb other tests. A server
 * of one's own can be killed, paused and restarted; ports and data stay the same until
 * {@link #wipe()} or {@link #close()}. Every server ends with the JVM that started it,
 * also if that JVM is killed.
 * <p>
 * Thread-safe. No method is silent about failure: each throws
 * {@link IllegalStateException} with the end of the server's log where there is one.
 */
public interface TestServer extends AutoCloseable {

	/**
	 * Returns where the server listens, such as {@code http://127.0.0.1:18500}. The
	 * address of a server that was not started yet is the one it will have.
	 * @return scheme, host and port, without a slash at the end
	 */
	String address();

	/**
	 * Starts the server on its ports and its data and waits until it serves consistent
	 * reads. Does nothing if it runs.
	 */
	void start();

	/**
	 * Ends the server as {@code kill -9} does and waits until it is gone. Does nothing if
	 * it does not run.
	 */
	void kill();

	/**
	 * Asks the server to end (SIGTERM) and waits until it is gone. Does nothing if it
	 * does not run.
	 */
	void stop();

	/**
	 * Freezes the server (SIGSTOP): its ports accept connections and nothing answers.
	 */
	void pause();

	/**
	 * Lets a frozen server go on (SIGCONT).
	 */
	void resume();

	/**
	 * Deletes the data of a server that does not run.
	 * @throws IllegalStateException if the server runs
	 */
	void wipe();

	/**
	 * Returns whether the process is there, frozen or not.
	 * @return {@code true} between a start and the end of the process
	 */
	boolean isRunning();

	/**
	 * Returns the file that holds what the server printed.
	 * @return the log of all starts; deleted with the server
	 */
	Path log();

	/**
	 * Kills the server and deletes all its files. Does nothing to a shared server.
	 */
	@Override
	void close();

}
