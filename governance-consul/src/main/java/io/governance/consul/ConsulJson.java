package io.governance.consul;

import java.io.StringWriter;
import java.util.Map;

import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * JSON as it goes to agents and comes from them. It does without a mapper: the config is
 * read before anything else in an application, and the first mapper of a process takes
 * longer to make than that.
 */
final class ConsulJson {

	private static final JsonFactory FACTORY = new JsonFactory();

	private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

	private ConsulJson() {
	}

	static ObjectNode object() {
		return NODES.objectNode();
	}

	static ArrayNode array() {
		return NODES.arrayNode();
	}

	/**
	 * Reads a text.
	 * @param text one value, and nothing after it
	 * @return the value
	 * @throws JacksonException if the text is not that
	 */
	static JsonNode read(String text) throws JacksonException {
		try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text)) {
			parser.nextToken();
			JsonNode value = value(parser);
			if (parser.nextToken() != null) {
				throw new StreamReadException(parser, "there is more than one value");
			}
			return value;
		}
	}

	private static JsonNode value(JsonParser parser) throws JacksonException {
		JsonToken token = parser.currentToken();
		if (token == null) {
			throw new StreamReadException(parser, "there is no value");
		}
		return switch (token) {
			case START_OBJECT -> {
				ObjectNode object = NODES.objectNode();
				for (String name = parser.nextName(); name != null; name = parser.nextName()) {
					parser.nextToken();
					object.set(name, value(parser));
				}
				yield object;
			}
			case START_ARRAY -> {
				ArrayNode array = NODES.arrayNode();
				while (parser.nextToken() != JsonToken.END_ARRAY) {
					array.add(value(parser));
				}
				yield array;
			}
			case VALUE_STRING -> NODES.stringNode(parser.getString());
			case VALUE_NUMBER_INT -> switch (parser.getNumberType()) {
				case INT -> NODES.numberNode(parser.getIntValue());
				case LONG -> NODES.numberNode(parser.getLongValue());
				default -> NODES.numberNode(parser.getBigIntegerValue());
			};
			case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
			case VALUE_TRUE, VALUE_FALSE -> NODES.booleanNode(token == JsonToken.VALUE_TRUE);
			case VALUE_NULL -> NODES.nullNode();
			default -> throw new StreamReadException(parser, "a value was expected");
		};
	}

	/** The value as text, without spaces. */
	static String write(JsonNode value) {
		StringWriter text = new StringWriter();
		try (JsonGenerator generator = FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
			write(value, generator);
		}
		return text.toString();
	}

	private static void write(JsonNode value, JsonGenerator generator) {
		switch (value.getNodeType()) {
			case OBJECT -> {
				generator.writeStartObject();
				for (Map.Entry<String, JsonNode> entry : value.properties()) {
					generator.writeName(entry.getKey());
					write(entry.getValue(), generator);
				}
				generator.writeEndObject();
			}
			case ARRAY -> {
				generator.writeStartArray();
				value.forEach((element) -> write(element, generator));
				generator.writeEndArray();
			}
			case STRING -> generator.writeString(value.stringValue());
			case NUMBER -> generator.writeNumber(value.longValue());
			case BOOLEAN -> generator.writeBoolean(value.booleanValue());
			case NULL -> generator.writeNull();
			default -> throw new IllegalArgumentException("Nothing that Consul takes: " + value.getNodeType());
		}
	}

}
