package io.governance.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import io.governance.config.secret.Secrets;

/**
 * Makes snapshots of documents. Immutable.
 */
final class DocumentParser {

	private final List<ConfigLayer> layers;

	private final ConfigFormats formats;

	private final Activation activation;

	private final RemotePolicy policy;

	private final Secrets secrets;

	DocumentParser(List<ConfigLayer> layers, ConfigFormats formats, Activation activation, RemotePolicy policy,
			Secrets secrets) {
		this.layers = layers;
		this.formats = formats;
		this.activation = activation;
		this.policy = policy;
		this.secrets = secrets;
	}

	/**
	 * Parses and merges.
	 * @param documents the documents
	 * @param known a snapshot that shares its documents: only those whose content differs
	 * are parsed
	 * @throws InvalidConfigException if a document cannot be parsed, says what remote
	 * documents may not say, or is required and not there, or if a value cannot be
	 * decrypted
	 */
	ConfigSnapshot parse(ConfigDocuments documents, ConfigSnapshot known) {
		Map<DocumentId, ParsedDocument> present = new LinkedHashMap<>();
		EncryptedValues encrypted = new EncryptedValues(this.secrets);
		for (ConfigLayer layer : this.layers) {
			ConfigDocument document = documents.documents().get(layer.document());
			if (document != null) {
				ParsedDocument earlier = known.parsed(layer.document());
				present.put(layer.document(), (earlier != null && earlier.digest().equals(document.digest())) ? earlier
						: parse(layer, document, encrypted, earlier));
			}
			else if (layer.required()) {
				throw new MissingDocumentException(layer.document());
			}
		}
		return ConfigSnapshot.merge(documents, present, known);
	}

	private ParsedDocument parse(ConfigLayer layer, ConfigDocument document, EncryptedValues encrypted,
			@Nullable ParsedDocument earlier) {
		Map<String, ConfigValue> values = encrypted.open(values(layer, document));
		List<IgnoredKey> ignored = new ArrayList<>();
		values.forEach((key, value) -> {
			if (this.policy.ignores(key)) {
				ignored.add(new IgnoredKey(key, value.origin()));
			}
			else {
				this.policy.check(key, value);
			}
		});
		if (!ignored.isEmpty()) {
			values = new LinkedHashMap<>(values);
			for (IgnoredKey key : ignored) {
				values.remove(key.key());
			}
		}
		return ParsedDocument.of(document, values, ignored, earlier);
	}

	private Map<String, ConfigValue> values(ConfigLayer layer, ConfigDocument document) {
		List<Map<String, ConfigValue>> parts = this.formats.parts(layer, document);
		return (layer.key() != null) ? parts.get(0) : this.activation.merge(parts);
	}

}
