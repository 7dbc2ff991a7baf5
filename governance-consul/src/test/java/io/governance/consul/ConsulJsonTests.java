package io.governance.consul;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ConsulJsonTests {

	@ParameterizedTest
	@ValueSource(strings = { "[]", "{}", "null", " [1, 2147483648, 18446744073709551615, 0.5, -1e3] ",
			"{\"Key\":\"a/b\",\"Value\":\"w6Q=\",\"Flags\":0,\"Session\":null,\"Locked\":true,\"Own\":false}",
			"[{\"Service\":{\"Meta\":{\"name\":\"\\u00e4\\n\\\"\\\\\"},\"Tags\":[\"a\",[]]},\"Checks\":[{}]}]",
			"{\"twice\":1,\"twice\":2}" })
	void readsWhatAMapperReads(String text) {
		assertThat(ConsulJson.read(text)).isEqualTo(JsonMapper.shared().readTree(text));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "<html>", "[1", "{\"a\":}", "[] []", "{} x", "{\"a\" 1}", "]", "[1,]" })
	void takesNothingElse(String text) {
		assertThatExceptionOfType(JacksonException.class).isThrownBy(() -> ConsulJson.read(text));
	}

	@Test
	void endsBeforeTheStackDoes() {
		assertThatExceptionOfType(JacksonException.class).isThrownBy(() -> ConsulJson.read("[".repeat(100_000)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "[]", "{}",
			"[{\"KV\":{\"Verb\":\"set\",\"Key\":\"\\u00e4/\\u2028\",\"Flags\":9223372036854775807}}]",
			"{\"Tags\":[\"a\\\"b\",\"\\u0001\"],\"Weights\":{\"Passing\":1},\"TLS\":true,\"None\":null}" })
	void writesWhatAMapperWrites(String text) {
		assertThat(ConsulJson.write(ConsulJson.read(text)))
			.isEqualTo(JsonMapper.shared().writeValueAsString(JsonMapper.shared().readTree(text)));
	}

}
