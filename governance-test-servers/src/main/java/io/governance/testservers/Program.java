package io.governance.testservers;

import java.nio.file.Path;
import java.util.List;

/**
 * What can be run as a server.
 */
interface Program {

	/**
	 * Starts it.
	 * @param arguments its arguments
	 * @param home its directory: it writes nowhere else
	 * @param log where its output is appended
	 */
	ServerProcess launch(List<String> arguments, Path home, Path log);

	/**
	 * The command that ends a run of it, to which {@link ServerProcess#id()} is appended.
	 */
	String endCommand();

}
