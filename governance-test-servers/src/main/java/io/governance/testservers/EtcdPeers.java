package io.governance.testservers;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The client ports of a cluster's members, known once all of them were made. A member
 * alone is not entered here, so that its port may change until it has started.
 */
final class EtcdPeers {

	private final List<Integer> ports = new CopyOnWriteArrayList<>();

	void add(int port) {
		this.ports.add(port);
	}

	String initialCluster(int port) {
		Stream<Integer> members = this.ports.isEmpty() ? IntStream.of(port).boxed() : this.ports.stream();
		return members.map((member) -> name(member) + "=" + url(member)).collect(Collectors.joining(","));
	}

	static String name(int port) {
		return "member-" + port;
	}

	static String url(int port) {
		return "http://127.0.0.1:" + (port + EtcdKind.PEER);
	}

}
