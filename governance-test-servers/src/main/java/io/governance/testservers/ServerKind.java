package io.governance.testservers;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What differs between servers: their arguments, and how to see that they are ready.
 */
interface ServerKind {

	/** What to call it in messages and in the names of directories. */
	String name();

	/** The ports that it needs, as distances from its first one. */
	int[] portOffsets();

	/** Where it listens. */
	String address(int port);

	/** The longest time that a start may take. */
	Duration startDeadline();

	/** The longest time that an end may take. */
	default Duration endDeadline() {
		return Duration.ofSeconds(20);
	}

	/**
	 * The arguments for a start.
	 * @param port its first port
	 * @param home its directory; data goes into {@code data} in there, which is deleted
	 * when the server is wiped
	 */
	List<String> arguments(int port, Path home) throws IOException;

	/** Asks the running server whether it is ready. */
	boolean isReady(int port);

}
