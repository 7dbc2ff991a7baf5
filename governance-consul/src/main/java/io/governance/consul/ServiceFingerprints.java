package io.governance.consul;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;

import io.governance.BackendUnavailableException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Finds out which of many services have changed by when their registrations were
 * modified, which nodes tell: one request for each node instead of one for each service,
 * where there are few nodes. Thread-safe, but asked by one thread at a time.
 */
final class ServiceFingerprints {

	/** One after the other, they have to be asked well within a second. */
	private static final int MAX_NODES = 32;

	/** How long to believe that there are too many nodes. */
	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private final ConsulClient client;

	private final LongSupplier nanoTime;

	/** By service, then by node and id, when it was modified. */
	private volatile @Nullable Map<String, Map<Registered, String>> last;

	/** How many nodes there were; 0 if that is not known. */
	private volatile int nodes;

	/** How many services were watched when it was asked for the last time. */
	private volatile int watched;

	private long counted;

	ServiceFingerprints(ConsulClient client, LongSupplier nanoTime) {
		this.client = client;
		this.nanoTime = nanoTime;
	}

	/**
	 * Finds out what has changed since it was asked the last time.
	 * @param services the services to tell of
	 * @param watched how many services there are to read if nothing can be told
	 * @return those that may have changed; all if that cannot be told
	 * @throws BackendUnavailableException if no agent answers
	 */
	Set<String> changed(Set<String> services, int watched) {
		this.watched = watched;
		List<String> nodes = nodes(watched);
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

	/**
	 * Whether nothing could be told when it was asked for the last time, and could be
	 * now: there were too many nodes for what was watched then.
	 * @param watched how many services there are to read if nothing can be told
	 */
	boolean areWorthTaking(int watched) {
		int nodes = this.nodes;
		return nodes > 0 && areTooMany(nodes, this.watched) && !areTooMany(nodes, watched);
	}

	/** Nothing if asking them is more work than asking for the services. */
	private @Nullable List<String> nodes(int watched) {
		boolean known = this.nanoTime.getAsLong() - this.counted < PATIENCE.toNanos();
		if (known && areTooMany(this.nodes, watched)) {
			return null;
		}
		List<String> nodes = new ArrayList<>();
		this.client.readPartial(ConsulRequest.get("/v1/catalog/nodes"))
			.orFail()
			.array()
			.forEach((node) -> nodes.add(node.path("Node").asString("")));
		this.nodes = nodes.size();
		this.counted = this.nanoTime.getAsLong();
		return areTooMany(nodes.size(), watched) ? null : nodes;
	}

	private static boolean areTooMany(int nodes, int watched) {
		return nodes > MAX_NODES || nodes > watched / 2;
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
