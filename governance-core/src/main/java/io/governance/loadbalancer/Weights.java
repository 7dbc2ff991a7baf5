package io.governance.loadbalancer;

import java.util.Arrays;

/**
 * The weights of endpoints.
 */
final class Weights {

	private Weights() {
	}

	/**
	 * The weights of endpoints.
	 * @param endpoints the endpoints
	 * @return their weights in the same order
	 */
	static int[] of(Endpoint[] endpoints) {
		return Arrays.stream(endpoints).mapToInt((endpoint) -> endpoint.instance().weight()).toArray();
	}

	/**
	 * Whether all are the same.
	 * @param weights the weights
	 * @return {@code true} also for none
	 */
	static boolean equal(int[] weights) {
		return Arrays.stream(weights).allMatch((weight) -> weight == weights[0]);
	}

	/**
	 * What each is of the mean weight, inverted.
	 * @param weights the weights, each above 0
	 * @return the mean weight divided by each weight; 1 for each if all are the same
	 */
	static float[] relative(int[] weights) {
		double mean = Arrays.stream(weights).average().orElse(1);
		float[] relative = new float[weights.length];
		for (int i = 0; i < weights.length; i++) {
			relative[i] = (float) (mean / weights[i]);
		}
		return relative;
	}

}
