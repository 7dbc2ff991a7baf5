package io.governance.gray;

import java.util.Random;
import java.util.UUID;
import java.util.function.IntFunction;

/** Shapes that ids of users have. The same ids in each run. */
enum Ids {

	/** 1, 2, 3 ... */
	SEQUENTIAL("sequential numbers") {

		@Override
		IntFunction<String> sequence() {
			return (i) -> Integer.toString(i + 1);
		}

	},

	/** Random UUIDs. */
	UUIDS("UUIDs") {

		@Override
		IntFunction<String> sequence() {
			Random random = new Random(42);
			return (i) -> new UUID(random.nextLong() & ~0xf000L | 0x4000L, random.nextLong() >>> 2 | 1L << 63)
				.toString();
		}

	},

	/** Numbers of one prefix, in no order, each once. */
	PHONES("phone numbers") {

		@Override
		IntFunction<String> sequence() {
			// 48,271 has no factor in common with 100,000,000.
			return (i) -> Long.toString(13_800_000_000L + (i * 48_271L + 1_234_567) % 100_000_000L);
		}

	};

	private final String title;

	Ids(String title) {
		this.title = title;
	}

	/** To be asked for 0, 1, 2 ... in this order. */
	abstract IntFunction<String> sequence();

	@Override
	public String toString() {
		return this.title;
	}

}
