package io.governance.testservers;

import java.time.Duration;

/**
 * One run of a server.
 */
interface ServerProcess {

	/** What the watchdog calls it. */
	String id();

	boolean isAlive();

	/** Waits for its end, and returns whether it came in time. */
	boolean endsWithin(Duration time);

	/** Ends it at once, without waiting. */
	void kill();

	/** Asks it to end, without waiting. */
	void terminate();

	/** Freezes it; it is frozen when this returns. */
	void pause();

	void resume();

}
