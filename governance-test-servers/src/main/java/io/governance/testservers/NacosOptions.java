package io.governance.testservers;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * How a Nacos server is started. Immutable: each method returns other options.
 */
public final class NacosOptions {

	private final @Nullable String password;

	private final List<String> properties;

	NacosOptions(@Nullable String password, List<String> properties) {
		this.password = password;
		this.properties = List.copyOf(properties);
	}

	/**
	 * Lets nobody in without a login, on all of its interfaces.
	 * @param password the password of the administrator, whose name is {@code nacos}
	 * @return options with authentication
	 */
	public NacosOptions auth(String password) {
		return new NacosOptions(password, this.properties);
	}

	/**
	 * Sets a property of Nacos's own.
	 * @param name such as {@code nacos.config.push.maxRetryTime}
	 * @param value its value
	 * @return options with this property as well
	 */
	public NacosOptions property(String name, String value) {
		List<String> all = new ArrayList<>(this.properties);
		all.add(name + "=" + value);
		return new NacosOptions(this.password, all);
	}

	/**
	 * Makes a server that does not run yet.
	 * @return a server that has an address
	 */
	public NacosServer create() {
		return new NacosServer(new ManagedServer(new NacosKind(NacosLibraries.find(), this.password, this.properties),
				new BinaryProgram(NacosLibraries.java())));
	}

	/**
	 * Makes a server and starts it.
	 * @return a running server
	 */
	public NacosServer start() {
		return Starting.start(create());
	}

}
