package io.governance.consul;

import java.util.Base64;

import tools.jackson.databind.JsonNode;

/**
 * A key with its value, as Consul tells it.
 *
 * @param key the key
 * @param value the value; empty if it was not told
 * @param modifyIndex the index of its last change
 */
record KeyValue(String key, byte[] value, long modifyIndex) {

	/**
	 * Reads one.
	 * @param json an object of an answer
	 * @return what it tells
	 * @throws IllegalArgumentException if it is none
	 */
	static KeyValue of(JsonNode json) {
		String value = json.path("Value").asString("");
		return new KeyValue(json.path("Key").asString(""), Base64.getDecoder().decode(value),
				json.path("ModifyIndex").asLong(0));
	}

}
