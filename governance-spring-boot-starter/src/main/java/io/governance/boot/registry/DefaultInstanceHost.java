package io.governance.boot.registry;

import java.net.InetAddress;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.cloud.commons.util.InetUtils;
import org.springframework.core.env.Environment;

import io.governance.backend.Backend;

/**
 * The address that the web server is bound to, if it is bound to one; the loopback
 * address on the local backend, which only one machine shares; else what Spring Cloud
 * Commons finds, by the rules of {@code spring.cloud.inetutils}.
 */
class DefaultInstanceHost implements InstanceHost {

	private static final String LOOPBACK = "127.0.0.1";

	private final Backend backend;

	private final Environment environment;

	private final ObjectProvider<InetUtils> network;

	DefaultInstanceHost(Backend backend, Environment environment, ObjectProvider<InetUtils> network) {
		this.backend = backend;
		this.environment = environment;
		this.network = network;
	}

	@Override
	public String get() {
		return find(this.environment, this.backend.name(), () -> {
			InetUtils network = this.network.getIfAvailable();
			return (network != null) ? address(network) : null;
		});
	}

	static String find(Environment environment, String backend, Supplier<@Nullable String> network) {
		InetAddress bound = Binder.get(environment).bind("server.address", InetAddress.class).orElse(null);
		if (bound != null && !bound.isAnyLocalAddress()) {
			return bound.getHostAddress();
		}
		if (backend.equals("local")) {
			return LOOPBACK;
		}
		String found = network.get();
		return (found != null) ? found : LOOPBACK;
	}

	static @Nullable String address(InetUtils network) {
		InetAddress found = network.findFirstNonLoopbackAddress();
		return (found != null) ? found.getHostAddress() : null;
	}

}
