package io.governance.gray;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Requests of a share of the users, or of whatever else stays the same from request to
 * request. Each stays on the same side as long as the share stays, and raising it never
 * moves one back.
 * <p>
 * By default a user's bucket is the FNV-1a hash of 32 bits over the UTF-8 bytes of the
 * id, as an unsigned number modulo 100, which is what {@code hash/fnv} of Go gives too;
 * with a salt, of the salt, a colon and the id. Users in the buckets below the whole
 * percents match. In the bucket after them those match whose second hash (the same 32
 * bits through the finaliser of MurmurHash3), again modulo 100, is below the hundredths.
 * The other hash is MurmurHash3 of 32 bits, seeded with that of the salt, modulo 10,000.
 */
public final class PercentageStrategy implements GrayStrategy {

	/** All users, in hundredths of a percent. */
	public static final int ALL = 10_000;

	private final Share share;

	private final Subject subject;

	private final ShareHash hash;

	private final @Nullable String salt;

	private final int seed;

	/**
	 * Creates a strategy of users, without a salt.
	 * @param basisPoints the share in hundredths of a percent, 0 to 10,000
	 * @throws IllegalArgumentException if the share is out of range
	 */
	public PercentageStrategy(int basisPoints) {
		this(basisPoints, null);
	}

	/**
	 * Creates a strategy of users. Strategies of different salts choose different users;
	 * only with {@link ShareHash#MURMUR3} they choose independently of each other.
	 * @param basisPoints the share in hundredths of a percent, 0 to 10,000
	 * @param salt the salt, or {@code null} for none
	 * @throws IllegalArgumentException if the share is out of range
	 */
	public PercentageStrategy(int basisPoints, @Nullable String salt) {
		this(Share.of(basisPoints), Subject.USER, ShareHash.FNV1A, salt);
	}

	/**
	 * Creates a strategy.
	 * @param share the share
	 * @param subject what it is a share of
	 * @param hash tells the bucket
	 * @param salt the salt, or {@code null} for none
	 */
	public PercentageStrategy(Share share, Subject subject, ShareHash hash, @Nullable String salt) {
		this.share = share;
		this.subject = subject;
		this.hash = hash;
		this.salt = salt;
		this.seed = hash.seed(salt);
	}

	@Override
	public boolean matches(GrayContext context) {
		String id = this.subject.of(context);
		return id != null && !id.isBlank() && bucket(id) < this.share.basisPoints();
	}

	/** The shares that a condition lets in, whatever else it says. */
	static List<PercentageStrategy> named(GrayStrategy strategy) {
		if (strategy instanceof PercentageStrategy share) {
			return List.of(share);
		}
		return (strategy instanceof AnyStrategy any)
				? any.strategies().stream().flatMap((part) -> named(part).stream()).toList() : List.of();
	}

	Share share() {
		return this.share;
	}

	Subject subject() {
		return this.subject;
	}

	ShareHash hash() {
		return this.hash;
	}

	int seed() {
		return this.seed;
	}

	/**
	 * Whether both begin with the same ids, so that the smaller share is in the other.
	 */
	boolean beginsLike(PercentageStrategy other) {
		return this.hash == other.hash && this.seed == other.seed
				&& this.subject.toString().equals(other.subject.toString());
	}

	/** From 0 to 9,999; whoever is below the share matches. */
	private int bucket(String id) {
		return this.hash.bucket(this.seed, id);
	}

	@Override
	public Condition explain(GrayContext context) {
		String id = this.subject.of(context);
		return Condition.of(this, matches(context), (id == null || id.isBlank()) ? "no " + this.subject
				: "the " + this.subject + " is in at " + (bucket(id) + 1) / 100.0 + " percent");
	}

	@Override
	public String toString() {
		return "percentage(" + this.share + ((this.subject != Subject.USER) ? " of " + this.subject : "")
				+ ((this.hash != ShareHash.FNV1A) ? ", murmur3" : "") + ((this.salt != null) ? ", salted)" : ")");
	}

}
