package io.governance.samples.platform.console;

import java.nio.file.Path;
import java.util.List;

import io.governance.testservers.ConsulServer;
import io.governance.testservers.EtcdServer;
import io.governance.testservers.NacosServer;

/**
 * Where config and instances are kept, and what can happen to it.
 */
interface RegistryServer extends AutoCloseable {

	/** What there is to choose from. */
	List<String> BACKENDS = List.of("local", "consul", "etcd", "nacos");

	/**
	 * Starts a server of one's own. Its deadlines are long, since many processes start at
	 * once.
	 * @param backend one of {@link #BACKENDS}
	 * @param directory where the local one keeps its files
	 * @return a running server
	 */
	static RegistryServer start(String backend, Path directory) {
		return switch (backend) {
			case "local" -> new LocalRegistry(directory);
			case "consul" -> {
				ConsulServer server = ConsulServer.own();
				yield new RealRegistry(server,
						List.of("governance.consul.addresses=" + server.address(), "governance.consul.timeout=10s"));
			}
			case "etcd" -> {
				EtcdServer server = EtcdServer.own();
				yield new RealRegistry(server,
						List.of("governance.etcd.endpoints=" + server.address(), "governance.etcd.timeout=10s"));
			}
			case "nacos" -> {
				NacosServer server = NacosServer.own();
				yield new RealRegistry(server,
						List.of("governance.nacos.addresses=" + server.address().replaceFirst("^https?://", ""),
								"governance.nacos.timeout=10s"));
			}
			default -> throw new IllegalArgumentException(
					"There is no backend '" + backend + "': choose one of " + String.join(", ", BACKENDS));
		};
	}

	/** The properties by which a service uses it, without {@code governance.backend}. */
	List<String> properties();

	/** Ends it, or makes it unreachable. */
	void stop();

	/** Brings it back with all that it knew. */
	void restore();

	@Override
	void close();

}
