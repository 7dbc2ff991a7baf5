package io.governance.gray;

/**
 * A set of at most 128 rules, by their places. Immutable.
 *
 * @param low the first 64, as bits
 * @param high the others
 */
record RuleSet(long low, long high) {

	static final RuleSet ALL = new RuleSet(-1, -1);

	RuleSet with(int rule) {
		return (rule < Long.SIZE) ? new RuleSet(this.low | 1L << rule, this.high)
				: new RuleSet(this.low, this.high | 1L << rule);
	}

	RuleSet without(int rule) {
		return (rule < Long.SIZE) ? new RuleSet(this.low & ~(1L << rule), this.high)
				: new RuleSet(this.low, this.high & ~(1L << rule));
	}

}
