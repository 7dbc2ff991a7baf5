package io.governance.loadbalancer;

/**
 * Indexes drawn with given weights by one look-up: the alias method of A. J. Walker,
 * built as M. D. Vose described ("A linear algorithm for generating random numbers with a
 * given distribution", IEEE Transactions on Software Engineering 17(9), 1991).
 * Probabilities are exact to 2^-32. Immutable and thread-safe.
 */
final class AliasTable {

	private static final long LOW = (1L << Integer.SIZE) - 1;

	private static final double ONE = 1L << Integer.SIZE;

	/** For each column the share that is its own, as 32 bits, above the other's index. */
	private final long[] columns;

	/**
	 * Builds a table in time proportional to its size.
	 * @param weights the weights, each above 0
	 */
	AliasTable(int[] weights) {
		int size = weights.length;
		this.columns = new long[size];
		long total = 0;
		for (int weight : weights) {
			total += weight;
		}
		long[] left = new long[size];
		int[] order = new int[size];
		int below = 0;
		int above = size;
		for (int i = 0; i < size; i++) {
			left[i] = (long) weights[i] * size;
			order[(left[i] < total) ? below++ : --above] = i;
		}
		// Columns that lack something stand before those that have enough.
		for (int next = 0; next < below && above < size; next++) {
			int small = order[next];
			int large = order[above];
			this.columns[small] = ((long) (left[small] * ONE / total) << Integer.SIZE) | large;
			left[large] -= total - left[small];
			if (left[large] < total) {
				above++;
				order[below++] = large;
			}
		}
		for (int i = above; i < size; i++) {
			this.columns[order[i]] = (LOW << Integer.SIZE) | order[i];
		}
	}

	/**
	 * Draws an index.
	 * @param random 64 random bits
	 * @return the index of a weight
	 */
	int draw(long random) {
		int column = (int) (((random >>> Integer.SIZE) * this.columns.length) >>> Integer.SIZE);
		long entry = this.columns[column];
		return ((random & LOW) < (entry >>> Integer.SIZE)) ? column : (int) entry;
	}

}
