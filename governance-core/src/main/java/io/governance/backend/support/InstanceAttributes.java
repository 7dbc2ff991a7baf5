package io.governance.backend.support;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;

/**
 * The parts of an instance that a server has no field of its own for, as entries of its
 * metadata. {@code secure} and {@code zone} are named as Spring Cloud names them; what is
 * ordinary is left out, so that foreign clients see little of it.
 */
public final class InstanceAttributes {

	/** The id, where the server has one of its own making. */
	public static final String ID = "governance-id";

	/** The namespace, where the server knows none. */
	public static final String NAMESPACE = "governance-namespace";

	/** The status, where the server cannot tell them all apart. */
	public static final String STATUS = "governance-status";

	/** The weight, where the server has none or a coarser one. */
	public static final String WEIGHT = "governance-weight";

	/** Whether it takes TLS only, also where somebody else has registered it. */
	public static final String SECURE = "secure";

	private static final String ZONE = "zone";

	private static final String VERSION = "version";

	private static final String LANE = "lane";

	private static final String PREFIX = "governance-";

	private InstanceAttributes() {
	}

	/**
	 * The metadata to register.
	 * @param instance the instance
	 * @return its metadata with {@code secure}, {@code zone}, {@code version} and
	 * {@code lane}, and the id and the status; a copy that may be changed
	 */
	public static Map<String, String> toMetadata(Instance instance) {
		Map<String, String> metadata = new TreeMap<>(instance.metadata());
		metadata.put(ID, instance.id());
		if (instance.status() != InstanceStatus.UP) {
			metadata.put(STATUS, instance.status().name());
		}
		if (instance.secure()) {
			metadata.put(SECURE, "true");
		}
		put(metadata, ZONE, instance.zone());
		put(metadata, VERSION, instance.version());
		put(metadata, LANE, Instance.STABLE.equals(instance.lane()) ? "" : instance.lane());
		return metadata;
	}

	private static void put(Map<String, String> metadata, String key, String value) {
		if (!value.isEmpty()) {
			metadata.put(key, value);
		}
	}

	/**
	 * Reads what anybody may have registered.
	 * @param service the service
	 * @param host the host
	 * @param port the port
	 * @param foreignId the id of an instance that does not carry one of ours
	 * @param metadata all of its metadata
	 * @return a builder with everything that the metadata tells; the status is that of
	 * {@link #STATUS}, or up
	 * @throws IllegalArgumentException if an entry is not valid
	 */
	public static Instance.Builder fromMetadata(String service, String host, int port, String foreignId,
			Map<String, String> metadata) {
		Map<String, String> rest = new TreeMap<>(metadata);
		rest.keySet().removeAll(Set.of(SECURE, ZONE, VERSION, LANE));
		rest.keySet().removeIf((key) -> key.startsWith(PREFIX));
		Instance.Builder builder = Instance.of(service, host, port)
			.id(metadata.getOrDefault(ID, foreignId))
			.secure(Boolean.parseBoolean(metadata.get(SECURE)))
			.zone(metadata.getOrDefault(ZONE, ""))
			.version(metadata.getOrDefault(VERSION, ""))
			.lane(metadata.getOrDefault(LANE, ""))
			.status(InstanceStatus.valueOf(metadata.getOrDefault(STATUS, InstanceStatus.UP.name())))
			.metadata(rest);
		String weight = metadata.get(WEIGHT);
		return (weight != null) ? builder.weight(Integer.parseInt(weight)) : builder;
	}

}
