package io.governance.operations;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

import io.governance.config.ConfigDocument;
import io.governance.config.ConfigFormats;
import io.governance.config.ConfigLayer;
import io.governance.config.ConfigOrigin;
import io.governance.config.DocumentId;
import io.governance.config.InvalidConfigException;
import io.governance.config.Revision;
import io.governance.gray.GrayRulesParser;
import io.governance.gray.InvalidRulesException;
import io.governance.gray.RuleDocuments;

/**
 * What a document must be to be published: well-formed in the format that its name tells,
 * with conditions on profiles that can be understood, and gray rules by their own rules.
 * A document in no known format can be anything, unless it is known how it is read.
 * Immutable and thread-safe.
 */
public final class DocumentChecks {

	/** The name of the document that holds gray rules, unless it was given another. */
	public static final String GRAY_DOCUMENT = "gray.yaml";

	private final ConfigFormats formats;

	private final GrayRulesParser grayRules;

	private final String grayDocument;

	private final Map<DocumentId, ConfigLayer> layers;

	/**
	 * Creates checks.
	 * @param formats the formats that are known
	 * @param grayRules reads gray rules
	 * @param grayDocument the name of the document that holds gray rules
	 */
	public DocumentChecks(ConfigFormats formats, GrayRulesParser grayRules, String grayDocument) {
		this(formats, grayRules, grayDocument, Map.of());
	}

	private DocumentChecks(ConfigFormats formats, GrayRulesParser grayRules, String grayDocument,
			Map<DocumentId, ConfigLayer> layers) {
		this.formats = formats;
		this.grayRules = grayRules;
		this.grayDocument = grayDocument;
		this.layers = layers;
	}

	/**
	 * The standard formats, and the standard strategies in {@value #GRAY_DOCUMENT}.
	 * @return the checks
	 */
	public static DocumentChecks standard() {
		return standard(GRAY_DOCUMENT);
	}

	/**
	 * The standard formats, and the standard strategies in a document of that name.
	 * @param grayDocument the name of the document that holds gray rules
	 * @return the checks
	 */
	public static DocumentChecks standard(String grayDocument) {
		return new DocumentChecks(ConfigFormats.standard(), GrayRulesParser.withoutApplication(), grayDocument);
	}

	/**
	 * The same checks, which know besides how some documents are read, whatever their
	 * names tell.
	 * @param layers how those documents are read
	 * @return the checks
	 */
	public DocumentChecks reading(Collection<ConfigLayer> layers) {
		Map<DocumentId, ConfigLayer> all = new HashMap<>(this.layers);
		layers.forEach((layer) -> all.put(layer.document(), layer));
		return new DocumentChecks(this.formats, this.grayRules, this.grayDocument, Map.copyOf(all));
	}

	/**
	 * Whether a document holds gray rules, by its name.
	 * @param id the document
	 * @return {@code true} if it does
	 */
	public boolean isGrayDocument(DocumentId id) {
		return id.name().equals(this.grayDocument);
	}

	/**
	 * Whether a document is in a format that is known.
	 * @param id the document
	 * @return {@code true} if it is checked at all
	 */
	public boolean isChecked(DocumentId id) {
		return isGrayDocument(id) || this.layers.containsKey(id) || this.formats.extensions().contains(id.extension());
	}

	/**
	 * Checks a document by itself: what it refers to is taken for there.
	 * @param id the document
	 * @param content its content
	 * @throws InvalidConfigException if it cannot be used, with line and column where
	 * they are known
	 */
	public void check(DocumentId id, byte[] content) {
		check(id, content, RuleDocuments.UNREAD);
	}

	/**
	 * Checks a document together with those that it refers to.
	 * @param id the document
	 * @param content its content
	 * @param documents the further documents that gray rules may refer to
	 * @throws InvalidConfigException if it cannot be used, with line and column where
	 * they are known
	 */
	public void check(DocumentId id, byte[] content, RuleDocuments documents) {
		ConfigDocument document = ConfigDocument.of(id, content, Revision.ABSENT);
		if (isGrayDocument(id)) {
			checkGrayRules(document, documents);
		}
		else if (isChecked(id)) {
			this.formats.check(this.layers.getOrDefault(id, ConfigLayer.of(id)), document);
		}
	}

	private void checkGrayRules(ConfigDocument document, RuleDocuments documents) {
		DocumentId id = document.id();
		try {
			this.grayRules.parse(id.toString(), document.text(), documents);
		}
		catch (InvalidRulesException ex) {
			String reason = (ex.rule() != null) ? ex.reason() + " (rule '" + ex.rule() + "')" : ex.reason();
			throw new InvalidConfigException(new ConfigOrigin(id, ex.line(), ex.column()), ex.key(), reason, ex);
		}
	}

}
