package io.governance.config;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
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

	private final JsonFactory factory;

	JsonConfigFormat(DocumentLimits limits) {
		this.limits = limits;
		this.factory = JsonFactory.builder()
			.enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
			.streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(limits.maxDepth()).build())
			.build();
	}

	@Override
	public Set<String> extensions() {
		return Set.of("json");
	}

	@Override
	public Map<String, ConfigValue> parse(ConfigDocument document) {
		this.limits.checkSize(document);
		Map<String, ConfigValue> values = new LinkedHashMap<>();
		try (JsonParser parser = this.factory.createParser(tools.jackson.core.ObjectReadContext.empty(),
				document.text())) {
			JsonToken first = parser.nextToken();
			if (first == JsonToken.START_OBJECT) {
				object(document.id(), "", parser, values);
				first = parser.nextToken();
			}
			if (first != null) {
				throw invalid(document.id(), parser.currentTokenLocation(), "is not one JSON object");
			}
		}
		catch (StreamConstraintsException ex) {
			throw invalid(document.id(), ex.getLocation(), "exceeds a limit: " + ex.getOriginalMessage());
		}
		catch (JacksonException ex) {
			String message = String.valueOf(ex.getOriginalMessage());
			throw invalid(document.id(), ex.getLocation(),
					message.startsWith("Duplicate") ? "has a key twice" : "is not valid JSON");
		}
		return values;
	}

	private void object(DocumentId id, String path, JsonParser parser, Map<String, ConfigValue> values) {
		while (parser.nextToken() != JsonToken.END_OBJECT) {
			String name = parser.currentName();
			String child = path.isEmpty() ? name : (name.startsWith("[") ? path + name : path + "." + name);
			parser.nextToken();
			value(id, child, parser, values);
		}
	}

	private void array(DocumentId id, String path, JsonParser parser, Map<String, ConfigValue> values) {
		TokenStreamLocation start = parser.currentTokenLocation();
		int index = 0;
		while (parser.nextToken() != JsonToken.END_ARRAY) {
			value(id, path + "[" + index++ + "]", parser, values);
		}
		if (index == 0) {
			put(id, path, "", start, values);
		}
	}

	private void value(DocumentId id, String path, JsonParser parser, Map<String, ConfigValue> values) {
		switch (parser.currentToken()) {
			case START_OBJECT -> object(id, path, parser, values);
			case START_ARRAY -> array(id, path, parser, values);
			case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
				put(id, path, parser.getNumberValue(), parser.currentTokenLocation(), values);
			case VALUE_TRUE -> put(id, path, true, parser.currentTokenLocation(), values);
			case VALUE_FALSE -> put(id, path, false, parser.currentTokenLocation(), values);
			case VALUE_NULL -> put(id, path, "", parser.currentTokenLocation(), values);
			default -> put(id, path, parser.getString(), parser.currentTokenLocation(), values);
		}
	}

	private void put(DocumentId id, String path, Object value, TokenStreamLocation location,
			Map<String, ConfigValue> values) {
		if (values.size() >= this.limits.maxKeys()) {
			throw invalid(id, location, "has more than the " + this.limits.maxKeys() + " keys that are allowed");
		}
		values.put(path, new ConfigValue(value, new ConfigOrigin(id, location.getLineNr(), location.getColumnNr())));
	}

	private static InvalidConfigException invalid(DocumentId id, TokenStreamLocation location, String reason) {
		ConfigOrigin origin = (location != null && location.getLineNr() > 0)
				? new ConfigOrigin(id, location.getLineNr(), location.getColumnNr()) : ConfigOrigin.of(id);
		return new InvalidConfigException(origin, null, reason, null);
	}

}
