package io.governance.cli;

import java.util.Optional;

import io.governance.config.DocumentId;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/**
 * The option that says which group is meant.
 */
final class GroupOption {

	@Option(names = { "-g", "--group" }, paramLabel = "NAME", description = "The set of documents (default: default).")
	private @Nullable String group;

	/** The group that was chosen, if it is one. */
	Optional<String> get() {
		return Optional.ofNullable(this.group).map((group) -> id(DocumentId.DEFAULT, "any").group());
	}

	String orDefault() {
		return (this.group != null) ? this.group : DocumentId.DEFAULT;
	}

	/** A document as it is typed: with its group, or without. */
	DocumentId id(String namespace, String document) {
		int slash = document.indexOf('/');
		try {
			return (slash < 0) ? new DocumentId(namespace, orDefault(), document)
					: new DocumentId(namespace, document.substring(0, slash), document.substring(slash + 1));
		}
		catch (IllegalArgumentException ex) {
			throw new SettingsException(String.valueOf(ex.getMessage()));
		}
	}

}
