package io.governance.cli;

import io.governance.config.Author;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The options that say who writes or exports, and why.
 */
final class AuthorOptions {

	@Option(names = { "-m", "--message" }, paramLabel = "TEXT", description = "Why, for the history and the audit.")
	private String message = "";

	@Option(names = "--author", paramLabel = "NAME", description = "Who (default: the user of this process).")
	private @Nullable String name;

	Author author() {
		return author("");
	}

	/** The author, with what is said if no reason was given. */
	Author author(String otherwise) {
		String who = (this.name != null) ? this.name : System.getProperty("user.name", "");
		return new Author(who.isBlank() ? "unknown" : who, this.message.isBlank() ? otherwise : this.message);
	}

}
