package io.governance.gray;

/**
 * The FNV-1a hash of 32 bits over the UTF-8 bytes of a text, computed without making
 * those bytes. The result is to be read as an unsigned number.
 */
final class Fnv1a {

	/** The hash of nothing. */
	static final int OFFSET_BASIS = 0x811c9dc5;

	private static final int PRIME = 0x01000193;

	private Fnv1a() {
	}

	/**
	 * The hash of a text.
	 * @param text the text; a surrogate without its partner counts as {@code ?}
	 * @return the hash
	 */
	static int hash32(String text) {
		return hash32(OFFSET_BASIS, text);
	}

	/**
	 * The hash of what was hashed before followed by a text.
	 * @param hash the hash so far
	 * @param text the text; a surrogate without its partner counts as {@code ?}
	 * @return the hash
	 */
	static int hash32(int hash, String text) {
		int length = text.length();
		for (int i = 0; i < length; i++) {
			char c = text.charAt(i);
			if (c < 0x80) {
				hash = add(hash, c);
			}
			else if (c < 0x800) {
				hash = add(hash, 0xc0 | c >> 6);
				hash = add(hash, 0x80 | c & 0x3f);
			}
			else if (!Character.isSurrogate(c)) {
				hash = add(hash, 0xe0 | c >> 12);
				hash = add(hash, 0x80 | c >> 6 & 0x3f);
				hash = add(hash, 0x80 | c & 0x3f);
			}
			else if (i + 1 < length && Character.isSurrogatePair(c, text.charAt(i + 1))) {
				int point = Character.toCodePoint(c, text.charAt(++i));
				hash = add(hash, 0xf0 | point >> 18);
				hash = add(hash, 0x80 | point >> 12 & 0x3f);
				hash = add(hash, 0x80 | point >> 6 & 0x3f);
				hash = add(hash, 0x80 | point & 0x3f);
			}
			else {
				hash = add(hash, '?');
			}
		}
		return hash;
	}

	/** The hash with another octet. */
	static int add(int hash, int octet) {
		return (hash ^ octet) * PRIME;
	}

}
