package io.governance.consul;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import io.governance.BackendUnavailableException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Finds out which of many services have changed by when their registrations were
 * modified, which nodes tell: one request for each node instead of one for each service,
 * where there are few nodes. Thread-safe, looked at by one thread at a time.
 */
final class ServiceFingerprints {

	/** One after the other, they have to be asked well within a second. */
	private static final int MAX_NODES = 32;

	/** How often to do without nodes once they were too many. */
	private static final int PATIENCE = 60;

	private final ConsulClient client;

	/** By service, then by node and id, when it was modified. */
	private volatile @Nullable Map<String, Map<Registered, String>> last;

	private int patience;

	ServiceFingerprints(ConsulClient client) {
		this.client = client;
	}

	/**
	 * Finds out what has changed since it was asked the last time.
	 * @param services the services that are watched
	 * @return those that may have changed; all if that cannot be told
	 * @throws BackendUnavailableException if no agent answers
	 */
	Set<String> changed(Set<String> services) {
		List<String> nodes = nodes(services.size());
		if (nodes == null) {
			this.last = null;
			return services;
		}
		Map<String, Map<Registered, String>> now = new HashMap<>();
		nodes.forEach((node) -> read(node, now));
		Map<String, Map<Registered, String>> before = this.last;
		this.last = now;
		if (before == null) {
			return services;
		}
		Set<String> changed = new HashSet<>(services);
		changed.removeIf((service) -> Objects.equals(now.get(service), before.get(service)));
		return changed;
	}

	/** Nothing if asking them is more work than asking for the services. */
	private @Nullable List<String> nodes(int services) {
		if (this.patience > 0) {
			this.patience--;
			return null;
		}
		List<String> nodes = new ArrayList<>();
		this.client.readPartial(ConsulRequest.get("/v1/catalog/nodes"))
			.orFail()
			.array()
			.forEach((node) -> nodes.add(node.path("Node").asString("")));
		if (nodes.size() > MAX_NODES || nodes.size() > services / 2) {
			this.patience = PATIENCE;
			return null;
		}
		return nodes;
	}

	private void read(String node, Map<String, Map<Registered, String>> all) {
		ConsulAnswer answer = this.client
			.readPartial(ConsulRequest.get("/v1/catalog/node/" + ConsulRequest.encode(node)));
		if (answer.status() == 404 || (answer.isOk() && answer.body().strip().equals("null"))) {
			// It has gone meanwhile.
			return;
		}
		JsonNode json = answer.orFail().object();
		String address = json.path("Node").path("ModifyIndex").asString("");
		json.path("Services").properties().forEach((entry) -> {
			JsonNode service = entry.getValue();
			all.computeIfAbsent(service.path("Service").asString(""), (any) -> new HashMap<>())
				.put(new Registered(node, entry.getKey()), service.path("ModifyIndex").asString("") + "/" + address);
		});
	}

	/**
	 * What runs on some nodes.
	 * @param nodes the nodes
	 * @return the services that were there; {@code null} if that is not known
	 */
	@Nullable Set<String> on(Set<String> nodes) {
		Map<String, Map<Registered, String>> known = this.last;
		if (known == null) {
			return null;
		}
		Set<String> services = new HashSet<>();
		known.forEach((service, registered) -> {
			if (registered.keySet().stream().anyMatch((one) -> nodes.contains(one.node()))) {
				services.add(service);
			}
		});
		return services;
	}

	/** What Consul has one of: an id on a node. */
	private record Registered(String node, String id) {
	}

}
