package io.governance.boot.registry;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.cloud.commons.util.InetUtils;
import org.springframework.cloud.commons.util.InetUtilsProperties;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;
import org.springframework.util.function.SingletonSupplier;

import io.governance.gray.InstanceContext;

/**
 * What is known of this instance before there are beans, by the same properties that it
 * is registered with. Thread-safe.
 */
public final class StartingInstance {

	private static final int DEFAULT_PORT = 8080;

	private final String service;

	private final String lane;

	private final int port;

	private final SingletonSupplier<InstanceContext> context;

	private StartingInstance(String service, GovernanceRegistryProperties.Own own, int port,
			SingletonSupplier<String> host) {
		this.service = service;
		this.lane = own.lane();
		this.port = port;
		String id = own.id();
		this.context = SingletonSupplier
			.of(() -> new InstanceContext(StringUtils.hasText(id) ? id : OwnInstance.idOf(service, host.obtain(), port),
					host.obtain(), own.zone(), own.lane()));
	}

	/**
	 * Finds out what the environment tells. The address of this machine is looked up only
	 * when it is asked for.
	 * @param environment the environment, complete but for remote config
	 * @param backend the name of the backend
	 * @return the instance
	 */
	public static StartingInstance of(Environment environment, String backend) {
		GovernanceRegistryProperties.Own own = Binder.get(environment)
			.bindOrCreate("governance.registry.instance", GovernanceRegistryProperties.Own.class);
		Integer port = own.port();
		String host = own.host();
		int listens = (port != null) ? port
				: Binder.get(environment).bind("server.port", Integer.class).orElse(DEFAULT_PORT);
		return new StartingInstance(OnServiceName.nameFrom(environment), own, listens,
				SingletonSupplier.of(StringUtils.hasText(host) ? () -> host
						: () -> DefaultInstanceHost.find(environment, backend, () -> address(environment))));
	}

	private static @Nullable String address(Environment environment) {
		InetUtilsProperties properties = new InetUtilsProperties();
		Binder.get(environment).bind(InetUtilsProperties.PREFIX, Bindable.ofInstance(properties));
		try (InetUtils network = new InetUtils(properties)) {
			return DefaultInstanceHost.address(network);
		}
	}

	/**
	 * The name that other services call this application by.
	 * @return the name; empty if it has none
	 */
	public String service() {
		return this.service;
	}

	/**
	 * The lane that this instance serves.
	 * @return the lane
	 */
	public String lane() {
		return this.lane;
	}

	/**
	 * The port that is known before the web server starts.
	 * @return the port; 0 if it is chosen then
	 */
	public int port() {
		return this.port;
	}

	/**
	 * What rules may ask of this instance. Its id is the one that it is registered with,
	 * unless the port is chosen when the web server starts: then it ends with {@code -0}.
	 * @return the context, always the same
	 */
	public InstanceContext context() {
		return this.context.obtain();
	}

}
