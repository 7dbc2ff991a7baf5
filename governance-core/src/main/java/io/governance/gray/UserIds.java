package io.governance.gray;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

/**
 * A set of ids that takes little more memory than their characters do: the octets of all
 * ids in one array, and an open table of where they begin. Immutable; looking up
 * allocates nothing.
 */
final class UserIds {

	/** Of each id the number of its octets, in groups of 7 bits, and the octets. */
	private final byte[] octets;

	/** One more than where an id begins; 0 for a free place. */
	private final int[] table;

	private final int size;

	private final int longest;

	private UserIds(byte[] octets, int[] table, int size, int longest) {
		this.octets = octets;
		this.table = table;
		this.size = size;
		this.longest = longest;
	}

	static UserIds of(Collection<String> ids) {
		return of(ids, List.of());
	}

	/**
	 * The ids of a list and of the lines of texts.
	 * @param ids the ids
	 * @param texts the texts, each as {@link TextLines} reads it
	 * @return the set
	 */
	static UserIds of(Collection<String> ids, Collection<String> texts) {
		long octets = 0;
		int count = ids.size();
		for (String id : ids) {
			octets += room(Encoding.length(id, 0, id.length()));
		}
		for (String text : texts) {
			TextLines lines = new TextLines(text);
			while (lines.next()) {
				octets += room(Encoding.length(text, lines.start(), lines.end()));
				count++;
			}
		}
		// Counted first, so that no array grows while the texts are held too.
		Builder builder = new Builder(count, Math.toIntExact(octets));
		ids.forEach((id) -> builder.add(id, 0, id.length()));
		for (String text : texts) {
			TextLines lines = new TextLines(text);
			while (lines.next()) {
				builder.add(text, lines.start(), lines.end());
			}
		}
		return builder.build();
	}

	private static int room(int octets) {
		int room = octets + 1;
		for (int rest = octets >>> 7; rest != 0; rest >>>= 7) {
			room++;
		}
		return room;
	}

	int size() {
		return this.size;
	}

	boolean contains(String id) {
		return id.length() <= this.longest && find(this.octets, this.table, id, 0, id.length(), id.hashCode()) < 0;
	}

	/** How many of these ids at least one of other sets has too. */
	int shared(List<UserIds> others) {
		int[] shared = new int[1];
		forEach((id) -> shared[0] += others.stream().anyMatch((other) -> other.contains(id)) ? 1 : 0);
		return shared[0];
	}

	/** These ids as texts; {@code null} if they cannot be told as they were given. */
	@Nullable Set<String> texts() {
		Set<String> texts = new HashSet<>();
		forEach(texts::add);
		// What is not UTF-8, a surrogate without its partner, comes back as another text.
		return texts.stream().allMatch(this::contains) ? texts : null;
	}

	private void forEach(Consumer<String> consumer) {
		int at = 0;
		for (int i = 0; i < this.size; i++) {
			int length = length(this.octets, at);
			at += room(length) - length;
			consumer.accept(new String(this.octets, at, length, StandardCharsets.UTF_8));
			at += length;
		}
	}

	private static int length(byte[] octets, int at) {
		int length = 0;
		int shift = 0;
		while (octets[at] < 0) {
			length |= (octets[at++] & 0x7f) << shift;
			shift += 7;
		}
		return length | octets[at] << shift;
	}

	/**
	 * The place of an id.
	 * @return the free place where it would be; -1 if it is there
	 */
	private static int find(byte[] octets, int[] table, String text, int start, int end, int hash) {
		int mask = table.length - 1;
		int slot = Murmur3.finished(hash) & mask;
		while (table[slot] != 0) {
			int at = table[slot] - 1;
			int length = length(octets, at);
			if (Encoding.equal(octets, at + room(length) - length, length, text, start, end)) {
				return -1;
			}
			slot = slot + 1 & mask;
		}
		return slot;
	}

	/** Takes ids one after the other. */
	private static final class Builder {

		private final byte[] octets;

		private final int[] table;

		private int used;

		private int size;

		private int longest;

		private Builder(int count, int octets) {
			this.octets = new byte[octets];
			// At most two thirds full.
			this.table = new int[Math.max(2, Integer.highestOneBit(Math.max(1, count + count / 2)) * 2)];
		}

		private void add(String text, int start, int end) {
			int slot = find(this.octets, this.table, text, start, end, hash(text, start, end));
			if (slot < 0) {
				return;
			}
			this.table[slot] = this.used + 1;
			int rest = Encoding.length(text, start, end);
			while (rest > 0x7f) {
				this.octets[this.used++] = (byte) (rest | 0x80);
				rest >>>= 7;
			}
			this.octets[this.used++] = (byte) rest;
			this.used = Encoding.encode(text, start, end, this.octets, this.used);
			this.size++;
			this.longest = Math.max(this.longest, end - start);
		}

		/** What {@link String#hashCode} is, which a string of a request remembers. */
		private static int hash(String text, int start, int end) {
			int hash = 0;
			for (int i = start; i < end; i++) {
				hash = 31 * hash + text.charAt(i);
			}
			return hash;
		}

		private UserIds build() {
			boolean wasteful = this.octets.length - this.used > this.octets.length / 8;
			return new UserIds(wasteful ? Arrays.copyOf(this.octets, this.used) : this.octets, this.table, this.size,
					this.longest);
		}

	}

}
