package io.governance.gray;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class Murmur3Tests {

	@ParameterizedTest
	@CsvSource({ "'', 00000000, 00000000", "'', 00000001, 514e28b7", "a, 9747b28c, 7fa09ea6", "aa, 9747b28c, 5d211726",
			"aaa, 9747b28c, 283e0130", "aaaa, 9747b28c, 5a97808a", "abc, 9747b28c, c84a62dd",
			"'Hello, world!', 9747b28c, 24884cba", "ππππππππ, 9747b28c, d58063c1",
			"The quick brown fox jumps over the lazy dog, 9747b28c, 2fa826cd" })
	void agreesWithPublishedVectors(String text, String seed, String hash) {
		assertThat(Murmur3.hash32(Integer.parseUnsignedInt(seed, 16), text))
			.isEqualTo(Integer.parseUnsignedInt(hash, 16));
	}

	@Test
	void hashesTheOctetsOfUtf8OfAnyText() {
		Random random = new Random(7);
		int[] points = { 'a', '0', 0x7f, 0x80, 0x7ff, 0x800, 0x20ac, 0xffff, 0x10000, 0x1f600, 0xd800, 0xdfff };
		for (int round = 0; round < 20_000; round++) {
			StringBuilder text = new StringBuilder();
			int kinds = random.nextBoolean() ? 2 : points.length;
			for (int length = random.nextInt(14); length > 0; length--) {
				text.appendCodePoint(points[random.nextInt(kinds)]);
			}
			int seed = random.nextInt();
			assertThat(Murmur3.hash32(seed, text.toString())).as("%s with %d", text, seed)
				.isEqualTo(ofOctets(seed, text.toString().getBytes(StandardCharsets.UTF_8)));
		}
	}

	/** As the algorithm is described, in octets. */
	private static int ofOctets(int seed, byte[] octets) {
		ByteBuffer buffer = ByteBuffer.wrap(octets).order(ByteOrder.LITTLE_ENDIAN);
		int hash = seed;
		while (buffer.remaining() >= 4) {
			hash = Integer.rotateLeft(hash ^ scrambled(buffer.getInt()), 13) * 5 + 0xe6546b64;
		}
		int rest = 0;
		for (int shift = 0; buffer.hasRemaining(); shift += 8) {
			rest |= (buffer.get() & 0xff) << shift;
		}
		hash ^= scrambled(rest) ^ octets.length;
		hash = (hash ^ hash >>> 16) * 0x85ebca6b;
		hash = (hash ^ hash >>> 13) * 0xc2b2ae35;
		return hash ^ hash >>> 16;
	}

	private static int scrambled(int block) {
		return Integer.rotateLeft(block * 0xcc9e2d51, 15) * 0x1b873593;
	}

}
