package io.governance.registry;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

import io.governance.Printable;

/**
 * One instance of a service: where it is and what it is. Immutable. Validated on
 * creation, since registries hold what anybody wrote into them.
 *
 * @param service the service's name, as in {@code http://orders/}
 * @param id the instance's id, unique within the service
 * @param host a host name or an IP address
 * @param port the port, 1 to 65535
 * @param secure whether it speaks TLS
 * @param status whether it takes calls
 * @param zone the zone it runs in; empty if not known
 * @param version its version; empty if not known
 * @param lane the lane it serves; {@value #STABLE} for the ordinary one
 * @param weight its share of the calls relative to others, 0 (none) to 10,000; 100 is
 * ordinary
 * @param metadata anything else, at most 64 entries, in the order of the keys, which are
 * neither {@code secure}, {@code zone}, {@code version} or {@code lane} nor begin with
 * {@code governance-}
 */
public record Instance(String service, String id, String host, int port, boolean secure, InstanceStatus status,
		String zone, String version, String lane, int weight, Map<String, String> metadata) {

	/** The lane of whoever was not sent to another one. */
	public static final String STABLE = "stable";

	/** The weight of whoever was not given another one. */
	public static final int DEFAULT_WEIGHT = 100;

	/** The largest weight. */
	public static final int MAX_WEIGHT = 10_000;

	/**
	 * The metadata key for the port of an instance that takes gRPC calls there, and
	 * something else on its own port.
	 */
	public static final String GRPC_PORT = "grpc-port";

	private static final String RESERVED_PREFIX = "governance-";

	private static final Set<String> RESERVED = Set.of("secure", "zone", "version", "lane");

	private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.:@-]{0,199}");

	private static final Pattern HOST = Pattern.compile("[A-Za-z0-9_.:%\\[\\]-]{1,255}");

	private static final Pattern LABEL = Pattern.compile("[A-Za-z0-9_.:+@-]{0,128}");

	/**
	 * Creates an instance.
	 * @throws IllegalArgumentException if a part is not valid
	 */
	public Instance {
		check("service name", service, NAME);
		check("instance id", id, NAME);
		check("host", host, HOST);
		check("zone", zone, LABEL);
		check("version", version, LABEL);
		lane = lane.isEmpty() ? STABLE : lane;
		check("lane", lane, LABEL);
		if (port < 1 || port > 65535) {
			throw new IllegalArgumentException("Port " + port + " of instance '" + id + "' is not 1 to 65535");
		}
		if (weight < 0 || weight > MAX_WEIGHT) {
			throw new IllegalArgumentException(
					"Weight " + weight + " of instance '" + id + "' is not 0 to " + MAX_WEIGHT);
		}
		if (metadata.size() > 64) {
			throw new IllegalArgumentException(
					"Instance '" + id + "' has " + metadata.size() + " metadata entries: 64 are allowed");
		}
		metadata = Collections.unmodifiableMap(new TreeMap<>(metadata));
		for (String key : metadata.keySet()) {
			checkNotReserved(id, key);
		}
	}

	/** Backends keep these parts among the metadata. */
	private static void checkNotReserved(String id, String key) {
		if (key.startsWith(RESERVED_PREFIX) || RESERVED.contains(key)) {
			throw new IllegalArgumentException("Metadata key '" + key + "' of instance '" + id
					+ "' is reserved: set the field of the instance that it stands for, or rename the key");
		}
	}

	/**
	 * Checks the name of a service, which may come from a URL.
	 * @param service the name
	 * @throws IllegalArgumentException if no service can have that name
	 */
	public static void checkService(String service) {
		check("service name", service, NAME);
	}

	private static void check(String what, String value, Pattern pattern) {
		if (!pattern.matcher(value).matches()) {
			throw new IllegalArgumentException("Not a valid " + what + ": '" + Printable.of(value, 80) + "'");
		}
	}

	/**
	 * Begins an instance that is up, stable, of ordinary weight, without TLS, and its id
	 * is {@code host:port}.
	 * @param service the service's name
	 * @param host a host name or an IP address
	 * @param port the port
	 * @return a builder for the rest
	 */
	public static Builder of(String service, String host, int port) {
		return new Builder(service, host, port);
	}

	/**
	 * Begins an instance that is like this one.
	 * @return a builder
	 */
	public Builder toBuilder() {
		return new Builder(this.service, this.host, this.port).id(this.id)
			.secure(this.secure)
			.status(this.status)
			.zone(this.zone)
			.version(this.version)
			.lane(this.lane)
			.weight(this.weight)
			.metadata(this.metadata);
	}

	/**
	 * The port that takes gRPC calls, if the instance takes any.
	 * @return the one that the metadata {@value #GRPC_PORT} tell, or {@code gRPC_port} as
	 * others write it; else its own port
	 */
	public int grpcPort() {
		String told = this.metadata.getOrDefault(GRPC_PORT, this.metadata.getOrDefault("gRPC_port", ""));
		try {
			int port = told.isEmpty() ? this.port : Integer.parseInt(told);
			return (port >= 1 && port <= 65535) ? port : this.port;
		}
		catch (NumberFormatException ex) {
			// Registries hold what anybody wrote into them.
			return this.port;
		}
	}

	/**
	 * The same instance in another status.
	 * @param status the status
	 * @return the instance
	 */
	public Instance withStatus(InstanceStatus status) {
		return (status == this.status) ? this : toBuilder().status(status).build();
	}

	/** Builds an {@link Instance}. Not thread-safe. */
	public static final class Builder {

		private final String service;

		private final String host;

		private final int port;

		private String id;

		private boolean secure;

		private InstanceStatus status = InstanceStatus.UP;

		private String zone = "";

		private String version = "";

		private String lane = STABLE;

		private int weight = DEFAULT_WEIGHT;

		private Map<String, String> metadata = Map.of();

		private Builder(String service, String host, int port) {
			this.service = service;
			this.host = host;
			this.port = port;
			this.id = host.replaceAll("[^A-Za-z0-9_.-]", "_") + ":" + port;
		}

		/**
		 * Sets the id.
		 * @param id unique within the service
		 * @return this builder
		 */
		public Builder id(String id) {
			this.id = id;
			return this;
		}

		/**
		 * Sets whether it speaks TLS.
		 * @param secure {@code true} for TLS
		 * @return this builder
		 */
		public Builder secure(boolean secure) {
			this.secure = secure;
			return this;
		}

		/**
		 * Sets the status.
		 * @param status the status
		 * @return this builder
		 */
		public Builder status(InstanceStatus status) {
			this.status = status;
			return this;
		}

		/**
		 * Sets the zone.
		 * @param zone the zone, or an empty string
		 * @return this builder
		 */
		public Builder zone(String zone) {
			this.zone = zone;
			return this;
		}

		/**
		 * Sets the version.
		 * @param version the version, or an empty string
		 * @return this builder
		 */
		public Builder version(String version) {
			this.version = version;
			return this;
		}

		/**
		 * Sets the lane.
		 * @param lane the lane, or an empty string for {@value Instance#STABLE}
		 * @return this builder
		 */
		public Builder lane(String lane) {
			this.lane = lane;
			return this;
		}

		/**
		 * Sets the weight.
		 * @param weight 0 to 10,000
		 * @return this builder
		 */
		public Builder weight(int weight) {
			this.weight = weight;
			return this;
		}

		/**
		 * Sets the metadata.
		 * @param metadata the entries
		 * @return this builder
		 */
		public Builder metadata(Map<String, String> metadata) {
			this.metadata = metadata;
			return this;
		}

		/**
		 * Builds the instance.
		 * @return the instance
		 * @throws IllegalArgumentException if a part is not valid
		 */
		public Instance build() {
			return new Instance(this.service, this.id, this.host, this.port, this.secure, this.status, this.zone,
					this.version, this.lane, this.weight, this.metadata);
		}

	}

}
