package io.governance.gray;

import java.util.List;
import java.util.Map;
import java.util.StringJoiner;

import org.jspecify.annotations.Nullable;

/**
 * Gives each user one variant of an experiment, by relative weights: a user keeps it as
 * long as the weights stay. Which one it is has nothing to do with the user's variants of
 * other experiments, unless they have the same salt. Immutable.
 * <p>
 * The variant is told by the hash of 32 bits of MurmurHash3 over the UTF-8 bytes of the
 * id, seeded with that of the salt, scaled to the sum of the weights.
 */
public final class ExperimentRule implements RequestRule {

	/** The salt of the users who are held out, if a rule names no other. */
	public static final String HOLDOUT = "holdout";

	static final int MAX_VARIANTS = 100;

	private static final int MAX_WEIGHT = 1_000_000;

	private final String name;

	private final List<String> variants;

	private final int[] limits;

	private final GuardedStrategy strategy;

	private final PercentageStrategy holdout;

	private final Subject subject;

	private final int seed;

	private final RuleTerms terms;

	/**
	 * Creates a rule.
	 * @param name the experiment's name
	 * @param weights the weight of each variant, in their order: 0 to 1,000,000
	 * @param strategy who takes part
	 * @param holdout who gets no variant
	 * @param subject what stays with its variant: the user, a session ...
	 * @param salt the salt, or {@code null} for the name
	 * @param terms what it says beside that
	 * @throws IllegalArgumentException if a name is not valid, a weight out of range, or
	 * all weights are 0
	 */
	public ExperimentRule(String name, Map<String, Integer> weights, GrayStrategy strategy, PercentageStrategy holdout,
			Subject subject, @Nullable String salt, RuleTerms terms) {
		if (!FeatureRule.isName(name)) {
			throw new IllegalArgumentException("An experiment needs a name of letters, digits and _ . : -");
		}
		this.name = name;
		this.variants = List.copyOf(weights.keySet());
		this.limits = new int[this.variants.size()];
		if (this.limits.length > MAX_VARIANTS) {
			throw new IllegalArgumentException("More than " + MAX_VARIANTS + " variants");
		}
		int sum = 0;
		for (Map.Entry<String, Integer> entry : weights.entrySet()) {
			int weight = entry.getValue();
			if (!FeatureRule.isName(entry.getKey()) || weight < 0 || weight > MAX_WEIGHT) {
				throw new IllegalArgumentException("A variant needs a name and a weight of 0 to " + MAX_WEIGHT);
			}
			sum += weight;
			this.limits[this.variants.indexOf(entry.getKey())] = sum;
		}
		if (sum == 0) {
			throw new IllegalArgumentException("At least one variant needs a weight");
		}
		this.strategy = new GuardedStrategy("Experiment '" + name + "'", strategy);
		this.holdout = holdout;
		this.subject = subject;
		this.seed = Murmur3.hash32(0, (salt != null) ? salt : name);
		this.terms = terms;
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public GrayStrategy strategy() {
		return this.strategy;
	}

	@Override
	public RuleTerms terms() {
		return this.terms;
	}

	@Override
	public String target() {
		StringJoiner weights = new StringJoiner(", ", "variants [", "]");
		for (int i = 0; i < this.limits.length; i++) {
			weights.add(this.variants.get(i) + " " + (this.limits[i] - ((i > 0) ? this.limits[i - 1] : 0)));
		}
		return weights.toString();
	}

	/**
	 * The variants.
	 * @return the names in their order
	 */
	public List<String> variants() {
		return this.variants;
	}

	/**
	 * The variant of a request. Allocates nothing.
	 * @param context what is known of the request
	 * @return the variant, or {@code null} if it takes no part, is held out, or has no
	 * user
	 */
	public @Nullable String variant(GrayContext context) {
		int index = index(context);
		return (index >= 0) ? this.variants.get(index) : null;
	}

	/** The place of the variant among all; -1 for none. */
	int index(GrayContext context) {
		try {
			String id = this.subject.of(context);
			return (id == null || id.isBlank() || this.holdout.matches(context) || !this.strategy.matches(context)) ? -1
					: index(id);
		}
		catch (RuntimeException | LinkageError | StackOverflowError ex) {
			this.strategy.tell(ex);
			return -1;
		}
	}

	private int index(String id) {
		long hash = Integer.toUnsignedLong(Murmur3.hash32(this.seed, id));
		int at = (int) (hash * this.limits[this.limits.length - 1] >>> 32);
		int index = 0;
		while (at >= this.limits[index]) {
			index++;
		}
		return index;
	}

	/** Who or what a request shows the variant to. */
	@Nullable String subject(GrayContext context) {
		return this.subject.of(context);
	}

	Condition explain(GrayContext context) {
		try {
			return explained(context);
		}
		catch (RuntimeException | LinkageError | StackOverflowError ex) {
			return new Condition(target(), false, "threw " + ex.getClass().getName(), List.of());
		}
	}

	private Condition explained(GrayContext context) {
		String variant = variant(context);
		String id = this.subject.of(context);
		String reason = (variant != null) ? "variant " + variant : (id == null || id.isBlank()) ? "no " + this.subject
				: this.holdout.matches(context) ? "held out" : "takes no part";
		return new Condition(target(), variant != null, reason,
				List.of(this.holdout.explain(context), this.strategy.explain(context)));
	}

	@Override
	public String toString() {
		return this.name + this.variants;
	}

}
