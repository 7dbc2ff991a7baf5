package io.governance.config;

import java.util.Map;
import java.util.Set;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.json.JsonFactory;

/**
 * JSON (RFC 8259) whose root is an object.
 */
final class JsonConfigFormat implements ConfigFormat {

	private final DocumentLimits limits;

	JsonConfigFormat(DocumentLimits limits) {
		this.limits = limits;
	}

	@Override
	public Set<String> extensions() {
		return Set.of("json");
	}

	@Override
	public Map<String, ConfigValue> parse(ConfigDocument document) {
		this.limits.checkSize(document);
		try (JsonParser parser = factory().createParser(ObjectReadContext.empty(), document.text())) {
			Walk walk = new Walk(document.id(), parser);
			JsonToken next = parser.nextToken();
			if (next == JsonToken.START_OBJECT) {
				walk.object("", 1);
				next = parser.nextToken();
			}
			if (next != null) {
				throw invalid(document.id(), parser.currentTokenLocation(), "is not one JSON object");
			}
			return walk.keys.take();
		}
		catch (StreamConstraintsException ex) {
			throw invalid(document.id(), ex.getLocation(), "exceeds a limit: " + ex.getOriginalMessage());
		}
		catch (JacksonException ex) {
			String message = String.valueOf(ex.getOriginalMessage());
			throw invalid(document.id(), ex.getLocation(),
					message.startsWith("Duplicate") ? "has a key twice" : "is not valid JSON");
		}
	}

	/** Made for each document: few applications have any, and none should wait for it. */
	private JsonFactory factory() {
		return JsonFactory.builder()
			.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
			.streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(this.limits.maxDepth()).build())
			.build();
	}

	private static InvalidConfigException invalid(DocumentId id, TokenStreamLocation location, String reason) {
		ConfigOrigin origin = (location != null && location.getLineNr() > 0)
				? new ConfigOrigin(id, location.getLineNr(), location.getColumnNr()) : ConfigOrigin.of(id);
		return new InvalidConfigException(origin, null, reason, null);
	}

	private final class Walk {

		private final FlatKeys keys = new FlatKeys(JsonConfigFormat.this.limits);

		private final DocumentId document;

		private final JsonParser parser;

		Walk(DocumentId document, JsonParser parser) {
			this.document = document;
			this.parser = parser;
		}

		/**
		 * Reads an object.
		 * @return the number of its members
		 */
		int object(String path, int depth) {
			int members = 0;
			while (this.parser.nextToken() != JsonToken.END_OBJECT) {
				members++;
				String name = this.parser.currentName();
				this.parser.nextToken();
				value(FlatKeys.child(path, name), depth);
			}
			return members;
		}

		private int array(String path, int depth) {
			int index = 0;
			while (this.parser.nextToken() != JsonToken.END_ARRAY) {
				value(path + "[" + index++ + "]", depth);
			}
			return index;
		}

		private void putIfEmpty(int size, String path, ConfigOrigin origin) {
			if (size == 0) {
				this.keys.put(path, "", origin);
			}
		}

		private void value(String path, int depth) {
			TokenStreamLocation location = this.parser.currentTokenLocation();
			ConfigOrigin origin = new ConfigOrigin(this.document, location.getLineNr(), location.getColumnNr());
			this.keys.visit(path, depth, origin);
			switch (this.parser.currentToken()) {
				case START_OBJECT -> putIfEmpty(object(path, depth + 1), path, origin);
				case START_ARRAY -> putIfEmpty(array(path, depth + 1), path, origin);
				case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> this.keys.put(path, this.parser.getNumberValue(), origin);
				case VALUE_TRUE -> this.keys.put(path, true, origin);
				case VALUE_FALSE -> this.keys.put(path, false, origin);
				case VALUE_NULL -> this.keys.put(path, "", origin);
				default -> this.keys.put(path, this.parser.getString(), origin);
			}
		}

	}

}
