package io.governance.boot.gray;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import io.governance.GovernanceException;
import io.governance.config.ConfigDocument;
import io.governance.config.ConfigDocuments;
import io.governance.config.DocumentId;
import io.governance.config.InvalidConfigException;
import io.governance.gray.GrayRules;
import io.governance.gray.GrayRulesParser;
import io.governance.gray.InvalidRulesException;

/**
 * The document of gray rules, and those that it refers to, in the same group. Immutable.
 */
final class RuleSources {

	/** The most documents that rules may refer to. */
	static final int MAX_DOCUMENTS = 128;

	/** The most bytes that they may have together. */
	static final long MAX_BYTES = 96L * 1024 * 1024;

	private final DocumentId rules;

	private final GrayRulesParser parser;

	RuleSources(DocumentId rules, GrayRulesParser parser) {
		this.rules = rules;
		this.parser = parser;
	}

	/** The documents to watch, by what the rules among these documents say. */
	Set<DocumentId> wanted(ConfigDocuments documents) {
		Set<DocumentId> wanted = new HashSet<>();
		wanted.add(this.rules);
		ConfigDocument document = documents.find(this.rules).orElse(null);
		Set<String> names = (document != null) ? references(document) : Set.of();
		if (names.size() <= MAX_DOCUMENTS) {
			names.forEach((name) -> wanted.add(id(name)));
		}
		return wanted;
	}

	private Set<String> references(ConfigDocument document) {
		try {
			return this.parser.references(document.text());
		}
		catch (InvalidConfigException ex) {
			// Whoever compiles it is told.
			return Set.of();
		}
	}

	private DocumentId id(String name) {
		return new DocumentId(this.rules.namespace(), this.rules.group(), name);
	}

	/** Those of the documents that are wanted. */
	static ConfigDocuments only(Set<DocumentId> wanted, ConfigDocuments documents) {
		Map<DocumentId, ConfigDocument> some = new HashMap<>(documents.documents());
		some.keySet().retainAll(wanted);
		return new ConfigDocuments(some);
	}

	/**
	 * Compiles the rules.
	 * @param documents the rules and what they refer to
	 * @throws GovernanceException if they are not valid
	 */
	Compiled compile(ConfigDocuments documents) {
		ConfigDocument document = documents.find(this.rules).orElse(null);
		if (document == null) {
			return Compiled.NONE;
		}
		String text = document.text();
		checkSize(documents, this.parser.references(text).size());
		GrayRules compiled = this.parser.parse(this.rules.toString(), text, (name) -> text(documents, name));
		return new Compiled(compiled,
				this.parser.digests(text, (name) -> documents.find(id(name)).map(ConfigDocument::digest).orElse("")));
	}

	private @Nullable String text(ConfigDocuments documents, String name) {
		return documents.find(id(name)).map(ConfigDocument::text).orElse(null);
	}

	private void checkSize(ConfigDocuments documents, int references) {
		long bytes = documents.documents().values().stream().mapToLong(ConfigDocument::size).sum();
		if (references > MAX_DOCUMENTS || bytes > MAX_BYTES) {
			throw new InvalidRulesException(this.rules.toString(), 0, 0, null, null,
					"refers to " + references + " documents of " + bytes + " bytes in all, and " + MAX_DOCUMENTS
							+ " documents of " + MAX_BYTES + " bytes are allowed",
					null);
		}
	}

	/**
	 * Rules as they were read.
	 *
	 * @param rules the rules
	 * @param digests what each of them says, by their names in their order
	 */
	record Compiled(GrayRules rules, Map<String, String> digests) {

		static final Compiled NONE = new Compiled(GrayRules.NONE, Map.of());

	}

}
