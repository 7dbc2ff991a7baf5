package io.governance.loadbalancer;

import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;

/**
 * The calling thread's {@link ThreadLocalRandom}, as an object that threads may share.
 */
enum PerThreadRandom implements RandomGenerator {

	INSTANCE;

	@Override
	public long nextLong() {
		return ThreadLocalRandom.current().nextLong();
	}

	@Override
	public int nextInt() {
		return ThreadLocalRandom.current().nextInt();
	}

	@Override
	public int nextInt(int bound) {
		return ThreadLocalRandom.current().nextInt(bound);
	}

}
