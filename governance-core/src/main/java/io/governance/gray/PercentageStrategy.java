package io.governance.gray;

import org.jspecify.annotations.Nullable;

/**
 * Requests of a share of the users. Each user stays on the same side as long as the share
 * stays, and raising it never moves a user back.
 * <p>
 * A user's bucket is the FNV-1a hash of 32 bits over the UTF-8 bytes of the id, as an
 * unsigned number modulo 100, which is what {@code hash/fnv} of Go gives too; with a
 * salt, of the salt, a colon and the id. Users in the buckets below the whole percents
 * match. In the bucket after them those match whose second hash (the same 32 bits through
 * the finaliser of MurmurHash3), again modulo 100, is below the hundredths.
 */
public final class PercentageStrategy implements GrayStrategy {

	/** All users, in hundredths of a percent. */
	public static final int ALL = 10_000;

	private final int basisPoints;

	private final @Nullable String salt;

	private final int seed;

	/**
	 * Creates a strategy without a salt.
	 * @param basisPoints the share in hundredths of a percent, 0 to 10,000
	 * @throws IllegalArgumentException if the share is out of range
	 */
	public PercentageStrategy(int basisPoints) {
		this(basisPoints, null);
	}

	/**
	 * Creates a strategy. Strategies of different salts choose users independently of
	 * each other.
	 * @param basisPoints the share in hundredths of a percent, 0 to 10,000
	 * @param salt the salt, or {@code null} for none
	 * @throws IllegalArgumentException if the share is out of range
	 */
	public PercentageStrategy(int basisPoints, @Nullable String salt) {
		if (basisPoints < 0 || basisPoints > ALL) {
			throw new IllegalArgumentException("A share of " + basisPoints + " basis points is not 0 to " + ALL);
		}
		this.basisPoints = basisPoints;
		this.salt = salt;
		this.seed = (salt != null) ? Fnv1a.hash32(salt + ":") : Fnv1a.OFFSET_BASIS;
	}

	@Override
	public boolean matches(GrayContext context) {
		String user = context.userId();
		if (user == null || user.isBlank()) {
			return false;
		}
		int hash = Fnv1a.hash32(this.seed, user);
		int rest = this.basisPoints - 100 * Integer.remainderUnsigned(hash, 100);
		return rest >= 100 || (rest > 0 && Integer.remainderUnsigned(scramble(hash), 100) < rest);
	}

	/** Makes a number out of a hash that says nothing about its remainders. */
	private static int scramble(int hash) {
		int mixed = (hash ^ (hash >>> 16)) * 0x85ebca6b;
		mixed = (mixed ^ (mixed >>> 13)) * 0xc2b2ae35;
		return mixed ^ (mixed >>> 16);
	}

	@Override
	public String toString() {
		return "percentage(" + (this.basisPoints / 100.0) + ((this.salt != null) ? ", salted)" : ")");
	}

}
