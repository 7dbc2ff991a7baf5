package io.governance.etcd;

import io.etcd.jetcd.ByteSequence;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Keys that lie next to each other.
 *
 * @param start the first one
 * @param end the one after the last
 */
record KeyRange(String start, String end) {

	/** All keys that begin with a prefix, which ends with {@code /}. */
	static KeyRange below(String prefix) {
		return new KeyRange(prefix, prefix.substring(0, prefix.length() - 1) + (char) ('/' + 1));
	}

	static KeyRange of(String key) {
		return new KeyRange(key, key + '\0');
	}

	boolean contains(String key) {
		return key.compareTo(this.start) >= 0 && key.compareTo(this.end) < 0;
	}

	ByteSequence first() {
		return bytes(this.start);
	}

	ByteSequence last() {
		return bytes(this.end);
	}

	static ByteSequence bytes(String key) {
		return ByteSequence.from(key, UTF_8);
	}

}
