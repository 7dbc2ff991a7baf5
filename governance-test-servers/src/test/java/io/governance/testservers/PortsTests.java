package io.governance.testservers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class PortsTests {

	@Test
	void takesABaseOnlyIfEveryPortIsFree() {
		Set<Integer> asked = new ConcurrentSkipListSet<>();
		Ports ports = new Ports(new Random(1), (port) -> {
			asked.add(port);
			return port % 10 == 7 || port % 10 == 8;
		});
		assertThat(ports.base(0, 1, 1000, 1001) % 10).isEqualTo(7);
		assertThat(asked).hasSizeGreaterThan(4);
	}

	@Test
	void staysBelowTheLocalPortsOfConnections() {
		Ports ports = new Ports(new Random(1), (port) -> true);
		for (int i = 0; i < 1_000; i++) {
			assertThat(ports.base(0, 1000, 1001, -1000)).isBetween(12_000, 30_000);
		}
	}

	@Test
	void givesUpWhereNothingIsFree() {
		assertThatIllegalStateException().isThrownBy(() -> new Ports(new Random(1), (port) -> false).base(0))
			.withMessageStartingWith("No free ports");
	}

	@Test
	void seesWhetherSomebodyListensOnLoopback() throws IOException {
		try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			assertThat(Ports.isFree(taken.getLocalPort())).isFalse();
		}
	}

}
