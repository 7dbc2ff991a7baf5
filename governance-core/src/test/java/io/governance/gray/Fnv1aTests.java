package io.governance.gray;

import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class Fnv1aTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "''|811c9dc5", "a|e40c292c", "b|e70c2de5", "c|e60c2c52", "d|e10c2473", "e|e00c22e0", "f|e30c2799",
					"fo|6222e842", "foo|a9f37ed7", "foob|3f5076ef", "fooba|39aaa18a", "foobar|bf9cf968" })
	void agreesWithThePublishedVectors(String text, String hash) {
		assertThat(Integer.toHexString(Fnv1a.hash32(text))).isEqualTo(hash);
	}

	@Test
	void agreesWithThePublishedVectorOfALine() {
		assertThat(Fnv1a.hash32("chongo was here!\n")).isEqualTo(0xd49930d5);
	}

	@ParameterizedTest
	@ValueSource(strings = { "user123", "Zürich", "用户一", "\u07ff\u0800\uffff", "🙂", "a🙂b", "\ud83d", "\ude42",
			"\ude42\ud83d", "x\ud83d", "\ud83dx", "\ud83d\ud83d\ude42", "\u0000" })
	void hashesTheBytesOfUtf8(String text) {
		assertThat(Fnv1a.hash32(text)).isEqualTo(ofBytes(text));
	}

	@Test
	void hashesTheBytesOfUtf8OfAnyText() {
		SplittableRandom random = new SplittableRandom(7);
		for (int i = 0; i < 20_000; i++) {
			char[] chars = new char[random.nextInt(12)];
			for (int j = 0; j < chars.length; j++) {
				// Half of them surrogates, paired or not.
				chars[j] = (char) (random.nextBoolean() ? random.nextInt(0xd800, 0xe000) : random.nextInt(0x10000));
			}
			String text = new String(chars);
			assertThat(Fnv1a.hash32(text)).isEqualTo(ofBytes(text));
		}
	}

	@Test
	void goesOnFromWhatWasHashedBefore() {
		assertThat(Fnv1a.hash32(Fnv1a.hash32("foo"), "bar")).isEqualTo(0xbf9cf968);
	}

	private static int ofBytes(String text) {
		int hash = 0x811c9dc5;
		for (byte octet : text.getBytes(StandardCharsets.UTF_8)) {
			hash = (hash ^ (octet & 0xff)) * 16777619;
		}
		return hash;
	}

}
