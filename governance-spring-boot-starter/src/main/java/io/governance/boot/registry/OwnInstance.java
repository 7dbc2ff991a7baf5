package io.governance.boot.registry;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

import org.springframework.core.env.Environment;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;
import org.springframework.util.function.SingletonSupplier;

import io.governance.boot.InvalidSettingException;
import io.governance.registry.Instance;

/**
 * Puts together what this application announces: what is configured, what the environment
 * tells, and the port once it is known. Thread-safe.
 */
class OwnInstance {

	private final String service;

	private final GovernanceRegistryProperties.Own properties;

	private final SingletonSupplier<String> host;

	private final @Nullable Boolean secure;

	private final boolean webSecure;

	/** When it was first announced; 0 before. */
	private final AtomicLong started = new AtomicLong();

	private volatile int port;

	private volatile int managementPort;

	private volatile int grpcPort;

	private volatile boolean grpcSecure;

	/**
	 * Creates the instance and checks what is configured.
	 * @param service the service's name
	 * @param properties what is configured
	 * @param host where to find the host if none is configured
	 * @param environment tells whether the web server speaks TLS
	 * @throws InvalidSettingException if a property is wrong
	 */
	OwnInstance(String service, GovernanceRegistryProperties.Own properties, InstanceHost host,
			Environment environment) {
		this.service = service;
		this.properties = properties;
		String configured = properties.host();
		this.host = SingletonSupplier.of(StringUtils.hasText(configured) ? () -> configured : host::get);
		Boolean secure = properties.secure();
		this.secure = secure;
		this.webSecure = servesTls(environment);
		Integer port = properties.port();
		this.port = (port != null) ? port : 0;
		check((port != null) ? port : 1);
	}

	private void check(int port) {
		try {
			Instance.checkService(this.service);
			checkTags();
			described(port);
		}
		catch (IllegalArgumentException ex) {
			checkParts(port);
			throw ex;
		}
	}

	/** Finds the property that is wrong. */
	private void checkParts(int port) {
		checkPart("governance.registry.service", "1 to 200 letters, digits and any of _ . : @ -",
				() -> Instance.checkService(this.service));
		String host = host();
		Instance.Builder any = Instance.of(this.service, "localhost", 1);
		check("host", "a host name or an IP address", () -> Instance.of(this.service, host, 1).build());
		check("port", "1 to 65535", () -> Instance.of(this.service, "localhost", port).build());
		check("id", "1 to 200 letters, digits and any of _ . : @ -", () -> any.id(id(port)).build());
		String label = "at most 128 letters, digits and any of _ . : + @ -";
		check("zone", label, () -> any.zone(this.properties.zone()).build());
		check("version", label, () -> any.version(this.properties.version()).build());
		check("lane", label, () -> any.lane(this.properties.lane()).build());
		check("weight", "0 to " + Instance.MAX_WEIGHT, () -> any.weight(this.properties.weight()).build());
		check("tags", "any text without a comma", this::checkTags);
		check("metadata", "at most 64 entries, with those for tags, start and management port",
				() -> any.metadata(metadata()).build());
	}

	private void checkTags() {
		for (String tag : this.properties.tags()) {
			Assert.isTrue(!tag.contains(","), "A tag holds a comma");
		}
	}

	private static void check(String part, String allowed, Runnable use) {
		checkPart("governance.registry.instance." + part, allowed, use);
	}

	private static void checkPart(String property, String allowed, Runnable use) {
		try {
			use.run();
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidSettingException(property, String.valueOf(ex.getMessage()),
					"Set " + property + " to a value that is allowed: " + allowed, ex);
		}
	}

	private static boolean servesTls(Environment environment) {
		boolean keys = environment.containsProperty("server.ssl.bundle")
				|| environment.containsProperty("server.ssl.key-store")
				|| environment.containsProperty("server.ssl.certificate");
		return keys && environment.getProperty("server.ssl.enabled", Boolean.class, true);
	}

	/** The web server listens: its port counts unless another one is configured. */
	void listensOn(int port) {
		if (this.properties.port() == null) {
			this.port = port;
		}
	}

	/** The web server of Actuator listens. */
	void isManagedOn(int port) {
		this.managementPort = port;
	}

	/**
	 * A server for gRPC listens: its port counts as that of this instance if no other
	 * does.
	 */
	void servesGrpcOn(int port, boolean secure) {
		this.grpcSecure = secure;
		this.grpcPort = port;
	}

	String service() {
		return this.service;
	}

	String host() {
		return this.host.obtain();
	}

	int port() {
		int port = this.port;
		return (port > 0) ? port : this.grpcPort;
	}

	boolean secure() {
		Boolean configured = this.secure;
		if (configured != null) {
			return configured;
		}
		return (this.port > 0 || this.grpcPort == 0) ? this.webSecure : this.grpcSecure;
	}

	String id() {
		return id(port());
	}

	private String id(int port) {
		String id = this.properties.id();
		return StringUtils.hasText(id) ? id : idOf(this.service, host(), port);
	}

	/** The id of an instance that none is configured for. */
	static String idOf(String service, String host, int port) {
		return (service + "-" + host + "-" + port).replaceAll("[^A-Za-z0-9_.-]", "-");
	}

	Instance announced() {
		int port = port();
		if (port <= 0) {
			throw new IllegalStateException("The port of this instance is not known before the web server listens: "
					+ "set governance.registry.instance.port if there is none");
		}
		this.started.compareAndSet(0, System.currentTimeMillis());
		return described(port);
	}

	Instance described(int port) {
		return Instance.of(this.service, host(), port)
			.id(id(port))
			.secure(secure())
			.zone(this.properties.zone())
			.version(this.properties.version())
			.lane(this.properties.lane())
			.weight(this.properties.weight())
			.metadata(metadata())
			.build();
	}

	/** What is configured goes before what is found. */
	private Map<String, String> metadata() {
		Map<String, String> metadata = new TreeMap<>(this.properties.metadata());
		if (this.started.get() > 0) {
			metadata.putIfAbsent("started", Long.toString(this.started.get()));
		}
		if (!this.properties.tags().isEmpty()) {
			metadata.putIfAbsent("tags", String.join(",", this.properties.tags()));
		}
		if (this.managementPort > 0) {
			metadata.putIfAbsent("management-port", Integer.toString(this.managementPort));
		}
		if (this.grpcPort > 0) {
			metadata.putIfAbsent(Instance.GRPC_PORT, Integer.toString(this.grpcPort));
		}
		return metadata;
	}

}
