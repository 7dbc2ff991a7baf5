package io.governance.internal;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class FileNamesTests {

	@ParameterizedTest
	@CsvSource({ "orders.yaml, orders.yaml", "a:b.yaml, a%3Ab.yaml", "10.0.0.1:8080, 10.0.0.1%3A8080",
			"nul.yaml, %6Eul.yaml", "Con, %43on", "a., a%2E", "x@y-z_0, x@y-z_0" })
	void encodesWhatFileSystemsDoNotTakeAndReadsItBack(String name, String fileName) {
		assertThat(FileNames.encode(name)).isEqualTo(fileName);
		assertThat(FileNames.decode(fileName)).contains(name);
	}

	@ParameterizedTest
	@ValueSource(strings = { "..", "../x", "a/b", "a\\b", ".hidden", "a b", "ä" })
	void neverEncodesAPathOrAHiddenName(String name) {
		assertThat(FileNames.encode(name)).doesNotContain("/", "\\", " ").doesNotStartWith(".").doesNotContain("ä");
	}

	@ParameterizedTest
	@ValueSource(strings = { "orders.yaml~", ".orders.yaml.swp", "#orders.yaml#", "a%3ab", "%61", "a%", "a%zz", "nul" })
	void fileNameThatItWouldNotWriteIsNoName(String fileName) {
		assertThat(FileNames.decode(fileName)).isEmpty();
	}

	@Test
	void nameOfOneHundredLettersStaysReadable() {
		assertThat(FileNames.encode("x".repeat(100))).isEqualTo("x".repeat(100));
	}

}
