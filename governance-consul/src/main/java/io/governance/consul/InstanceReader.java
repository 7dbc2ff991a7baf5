package io.governance.consul;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BinaryOperator;

import io.governance.backend.support.InstanceAttributes;
import io.governance.config.DocumentId;
import io.governance.registry.Instance;
import io.governance.registry.InstanceStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Makes instances of what Consul tells of a service. Anybody may have registered it: what
 * is not valid is left out, with one line in the log; of what others have registered,
 * only their metadata if the rest can be called. Thread-safe.
 */
final class InstanceReader {

	static final String OWN_MAINTENANCE = "governance:";

	private static final Logger logger = LoggerFactory.getLogger(InstanceReader.class);

	private static final int MAX_TOLD = 1_000;

	private static final int ORDINARY_FOREIGN_WEIGHT = 1;

	private final String namespace;

	private final Set<String> told = ConcurrentHashMap.newKeySet();

	InstanceReader(String namespace) {
		this.namespace = namespace;
	}

	/**
	 * Reads instances.
	 * @param service the service
	 * @param list objects with {@code Service}, {@code Checks} and perhaps {@code Node}
	 * @return those of the namespace, each id once, in the order of their ids
	 */
	List<Instance> read(String service, Iterable<JsonNode> list) {
		Map<String, Found> found = new TreeMap<>();
		// An instance that went from one agent to another may be at both: what is newer
		// is
		// how it is, unless nobody renews it there.
		BinaryOperator<Found> better = BinaryOperator
			.maxBy(Comparator.comparing((Found one) -> one.instance.status() != InstanceStatus.DOWN)
				.thenComparing(Found::index));
		for (JsonNode json : list) {
			JsonNode registered = json.path("Service");
			Map<String, String> metadata = metadata(registered.path("Meta"));
			String namespace = metadata.remove(InstanceAttributes.NAMESPACE);
			if (!this.namespace.equals((namespace != null) ? namespace : DocumentId.DEFAULT)) {
				continue;
			}
			try {
				Instance instance = instance(service, json, registered, metadata);
				found.merge(instance.id(), new Found(instance, registered.path("ModifyIndex").asLong(0)), better);
			}
			catch (IllegalArgumentException ex) {
				warnOnce("An instance", service, registered.path("ID").asString(""), ex);
			}
		}
		List<Instance> instances = new ArrayList<>(found.size());
		found.values().forEach((one) -> instances.add(one.instance));
		return List.copyOf(instances);
	}

	private static Map<String, String> metadata(JsonNode meta) {
		Map<String, String> metadata = new TreeMap<>();
		meta.properties().forEach((entry) -> metadata.put(entry.getKey(), entry.getValue().asString("")));
		return metadata;
	}

	private Instance instance(String service, JsonNode json, JsonNode registered, Map<String, String> metadata) {
		try {
			return told(service, json, registered, metadata);
		}
		catch (IllegalArgumentException ex) {
			if (metadata.containsKey(InstanceAttributes.ID)) {
				throw ex;
			}
			// Others mean something of their own by them, but for TLS.
			Instance instance = told(service, json, registered,
					Map.of(InstanceAttributes.SECURE, metadata.getOrDefault(InstanceAttributes.SECURE, "")));
			warnOnce("Metadata of an instance", service, instance.id(), ex);
			return instance;
		}
	}

	private static Instance told(String service, JsonNode json, JsonNode registered, Map<String, String> metadata) {
		String address = registered.path("Address").asString("");
		String host = address.isEmpty() ? json.path("Node").path("Address").asString("") : address;
		boolean own = metadata.containsKey(InstanceAttributes.ID);
		boolean weighted = metadata.containsKey(InstanceAttributes.WEIGHT);
		Instance instance = InstanceAttributes
			.fromMetadata(service, host, registered.path("Port").asInt(0), foreignId(json, registered), metadata)
			.build();
		InstanceStatus status = status(instance.status(), json.path("Checks"));
		int weight = weight(registered.path("Weights").path("Passing").asInt(ORDINARY_FOREIGN_WEIGHT), own);
		return instance.toBuilder().status(status).weight(weighted ? instance.weight() : weight).build();
	}

	/** Foreign ids are unique on their node only. */
	private static String foreignId(JsonNode json, JsonNode registered) {
		String id = registered.path("ID").asString("").replaceAll("[^A-Za-z0-9_.:-]", "_");
		String node = json.path("Node").path("Node").asString("").replaceAll("[^A-Za-z0-9_.:-]", "_");
		String whole = node.isEmpty() ? id : id + "@" + node;
		return whole.substring(0, Math.min(200, whole.length()));
	}

	private static int weight(int passing, boolean own) {
		return own ? passing : (int) Math.min(Instance.MAX_WEIGHT, (long) passing * Instance.DEFAULT_WEIGHT);
	}

	private static InstanceStatus status(InstanceStatus registered, JsonNode checks) {
		boolean critical = false;
		boolean warning = false;
		boolean maintenance = false;
		for (JsonNode check : checks) {
			String status = check.path("Status").asString("");
			if (isMaintenance(check)) {
				maintenance = true;
			}
			else if (status.equals("warning")) {
				warning = true;
			}
			else if (!status.equals("passing")) {
				critical = true;
			}
		}
		if (critical || registered == InstanceStatus.DOWN) {
			return InstanceStatus.DOWN;
		}
		if (!registered.takesCalls()) {
			return registered;
		}
		if (maintenance) {
			return InstanceStatus.OUT_OF_SERVICE;
		}
		return warning ? InstanceStatus.WARNING : registered;
	}

	static boolean isMaintenance(JsonNode check) {
		String id = check.path("CheckID").asString("");
		return id.equals("_node_maintenance") || id.startsWith("_service_maintenance:");
	}

	private void warnOnce(String what, String service, String id, IllegalArgumentException ex) {
		if (this.told.size() < MAX_TOLD && this.told.add(service + "/" + id)) {
			logger.warn("{} of service {} at Consul is left out: {}", what, service, ex.getMessage());
		}
	}

	private record Found(Instance instance, long index) {
	}

}
