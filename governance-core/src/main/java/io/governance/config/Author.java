package io.governance.config;

import io.governance.Printable;

/**
 * Who publishes, and why.
 *
 * @param name the person or the program, such as {@code alice}
 * @param comment why, as in a commit message; may be empty
 */
public record Author(String name, String comment) {

	/** Whoever it was that a backend did not remember. */
	public static final Author UNKNOWN = new Author("unknown", "");

	/**
	 * Creates an author.
	 * @throws IllegalArgumentException if the name is blank
	 */
	public Author {
		if (name.isBlank()) {
			throw new IllegalArgumentException("An author needs a name");
		}
	}

	/**
	 * An author who gives no reason.
	 * @param name the person or the program
	 * @return the author
	 */
	public static Author of(String name) {
		return new Author(name, "");
	}

	/**
	 * The name as it can stand in a line of a log: in quotes, and not too long.
	 * @return the name, shortened, and with a question mark for what would end the line
	 * or the quotes
	 */
	public String printableName() {
		return printable(this.name);
	}

	/**
	 * The comment as it can stand in a line of a log, as the name.
	 * @return the comment, empty if there is none
	 */
	public String printableComment() {
		return printable(this.comment.strip());
	}

	private static String printable(String text) {
		return Printable.of(text, 128).replace('\'', '?');
	}

}
