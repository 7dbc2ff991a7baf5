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

	private final VariantLayers layers;

	private final ConfigFormats formats;

	private final Activation activation;

	private final RemotePolicy policy;

	private final Secrets secrets;

	DocumentParser(VariantLayers layers, ConfigFormats formats, Activation activation, RemotePolicy policy,
			Secrets secrets) {
		this.layers = layers;
		this.formats = formats;
		this.activation = activation;
		this.policy = policy;
		this.secrets = secrets;
	}

	/**
	 * Parses and merges, for the process and for each lane whose requests find something
	 * else.
	 * @param selection the documents, and which variants take their places
	 * @param known a state that shares its documents: only those whose content differs
	 * are parsed
	 * @throws InvalidConfigException if a document cannot be parsed, says what remote
	 * documents may not say, or is required and not there, or if a value cannot be
	 * decrypted
	 */
	ConfigSnapshots parse(VariantLayers.Selection selection, ConfigState known) {
		ConfigDocuments documents = selection.documents();
		EncryptedValues encrypted = new EncryptedValues(this.secrets);
		ConfigSnapshot instance = parse(documents, this.layers.places(documents, selection.choice().instance()),
				known.snapshot(), known.snapshot(), encrypted);
		Map<String, ConfigSnapshot> lanes = new LinkedHashMap<>();
		this.layers.placesOfLanes(selection)
			.forEach((lane, places) -> lanes.put(lane,
					parse(documents, places, instance, known.ofLane(lane).snapshot(), encrypted)));
		return new ConfigSnapshots(instance, lanes);
	}

	/**
	 * Parses and merges.
	 * @param alike the snapshot with which most is shared
	 * @param earlier another one that knows documents
	 */
	private ConfigSnapshot parse(ConfigDocuments documents, List<VariantLayers.Place> places, ConfigSnapshot alike,
			ConfigSnapshot earlier, EncryptedValues encrypted) {
		Map<DocumentId, ParsedDocument> present = new LinkedHashMap<>();
		Map<DocumentId, DocumentId> variants = new LinkedHashMap<>();
		for (VariantLayers.Place place : places) {
			ConfigLayer layer = place.layer();
			ConfigDocument document = place.document();
			if (document != null) {
				ParsedDocument known = alike.parsed(document.id());
				known = (known != null) ? known : earlier.parsed(document.id());
				present.put(document.id(), (known != null && known.digest().equals(document.digest())) ? known
						: parse(layer, document, encrypted, known));
				if (!document.id().equals(layer.document())) {
					variants.put(layer.document(), document.id());
				}
			}
			else if (layer.required()) {
				throw new MissingDocumentException(layer.document());
			}
		}
		return ConfigSnapshot.merge(documents, present, variants, alike);
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
