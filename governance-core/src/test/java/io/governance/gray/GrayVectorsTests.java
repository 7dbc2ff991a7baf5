package io.governance.gray;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Holds the rules against the vectors by which those who write them in another language
 * check what they wrote. They come from another implementation, and never change.
 */
@Timeout(60)
class GrayVectorsTests {

	static Stream<JsonNode> shares() throws IOException {
		return vectors("shares");
	}

	static Stream<JsonNode> experiments() throws IOException {
		return vectors("experiments");
	}

	private static Stream<JsonNode> vectors(String name) throws IOException {
		return JsonMapper.shared().readTree(Path.of("..", "docs", "gray-vectors.json")).path(name).valueStream();
	}

	@ParameterizedTest
	@MethodSource("shares")
	void userIsInTheSharesBeyondTheBucketOfTheVector(JsonNode vector) {
		int bucket = vector.path("bucket").asInt();
		assertThat(isIn(bucket, vector)).isFalse();
		assertThat(isIn(bucket + 1, vector)).isTrue();
	}

	private static boolean isIn(int basisPoints, JsonNode vector) {
		String salt = vector.path("salt").isNull() ? "" : ", salt: " + vector.path("salt");
		GrayRules rules = parse("""
				rules:
				  - name: a-share
				    feature: f
				    match: {percentage: {value: %s, hash: %s%s}}
				""".formatted(BigDecimal.valueOf(basisPoints, 2), vector.path("hash").asString(), salt));
		return rules.decide(user(vector)).isOn("f");
	}

	@ParameterizedTest
	@MethodSource("experiments")
	void userHasTheVariantOfTheVector(JsonNode vector) {
		GrayRules rules = parse("""
				rules:
				  - name: colour
				    experiment: %s
				    salt: %s
				""".formatted(vector.path("weights"), vector.path("salt")));
		assertThat(rules.decide(user(vector)).variant("colour")).isEqualTo(vector.path("variant").asString());
	}

	private static GrayRules parse(String text) {
		return new GrayRulesParser(List.of()).parse("gray.yaml", text);
	}

	private static GrayContext user(JsonNode vector) {
		return GrayContext.ofUser(vector.path("id").asString());
	}

}
