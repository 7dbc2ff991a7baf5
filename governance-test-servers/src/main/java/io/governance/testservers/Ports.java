package io.governance.testservers;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.random.RandomGenerator;

/**
 * Chooses ports for a server.
 * <p>
 * They lie below the range from which the system takes the local ports of outgoing
 * connections: a server that was killed finds its port free when it comes back, and no
 * client that retries can connect to itself meanwhile.
 */
final class Ports {

	private static final int LOWEST = 12_000;

	private static final int HIGHEST = 30_000;

	private static final int TRIES = 1_000;

	private final RandomGenerator random;

	private final IntPredicate free;

	Ports(RandomGenerator random, IntPredicate free) {
		this.random = random;
		this.free = free;
	}

	/**
	 * Returns a base to which each of the offsets can be added to get a port that is free
	 * at this moment.
	 */
	int base(int... offsets) {
		for (int i = 0; i < TRIES; i++) {
			int base = this.random.nextInt(LOWEST, HIGHEST);
			if (Arrays.stream(offsets).map((offset) -> base + offset).allMatch(this.free)) {
				return base;
			}
		}
		throw new IllegalStateException("No free ports between %d and %d".formatted(LOWEST, HIGHEST));
	}

	static Ports ofThisMachine() {
		return new Ports(RandomGenerator.getDefault(), Ports::isFree);
	}

	static boolean isFree(int port) {
		try (ServerSocket tcp = new ServerSocket(port); DatagramSocket udp = new DatagramSocket(port)) {
			return tcp.isBound() && udp.isBound();
		}
		catch (IOException ex) {
			return false;
		}
	}

}
