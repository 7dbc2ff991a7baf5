package io.governance.consul;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;

import io.governance.Subscription;
import io.governance.backend.support.ConnectionLog;
import io.governance.backend.support.Watches;
import io.governance.config.DocumentId;
import io.governance.registry.Discovery;
import io.governance.registry.Instance;
import io.governance.registry.InstancesListener;
import tools.jackson.databind.JsonNode;

/**
 * The instances of others, by their health. A namespace is an entry of their metadata,
 * and a tag that makes the list of services short.
 */
final class ConsulDiscovery implements Discovery {

	static final String NAMESPACE_TAG = "governance-namespace=";

	private final ConsulClient client;

	private final String namespace;

	private final ServiceWatches source;

	private final Watches<String, List<Instance>> watches;

	ConsulDiscovery(ConsulClient client, String namespace, InstanceReader reader, WatchThreads threads,
			Executor listeners, ConnectionLog log) {
		this.client = client;
		this.namespace = namespace;
		this.source = new ServiceWatches(client, reader, threads);
		this.watches = new Watches<>(listeners, log, List::equals, this.source);
	}

	@Override
	public Set<String> services() {
		JsonNode services = this.client.readPartial(ConsulRequest.get("/v1/catalog/services")).orFail().object();
		Set<String> names = new TreeSet<>();
		services.properties().forEach((entry) -> {
			if (isOurs(entry.getValue()) && isName(entry.getKey())) {
				names.add(entry.getKey());
			}
		});
		return Set.copyOf(names);
	}

	private boolean isOurs(JsonNode tags) {
		boolean foreign = true;
		for (JsonNode tag : tags) {
			String text = tag.asString("");
			if (text.equals(NAMESPACE_TAG + this.namespace)) {
				return true;
			}
			foreign &= !text.startsWith(NAMESPACE_TAG);
		}
		return foreign && this.namespace.equals(DocumentId.DEFAULT);
	}

	private static boolean isName(String service) {
		try {
			Instance.checkService(service);
			return true;
		}
		catch (IllegalArgumentException ex) {
			// Nobody could call it.
			return false;
		}
	}

	@Override
	public List<Instance> read(String service) {
		Instance.checkService(service);
		return this.source.read(service);
	}

	@Override
	public Subscription watch(String service, InstancesListener listener) {
		Instance.checkService(service);
		return this.watches.watch(service, "service " + service, listener::onInstances, listener::onConnection);
	}

	@Override
	public void close() {
		this.watches.close();
		this.source.close();
	}

}
