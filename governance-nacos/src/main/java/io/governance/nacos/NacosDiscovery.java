package io.governance.nacos;

import java.util.List;
import java.util.Set;

import io.governance.Subscription;
import io.governance.backend.support.Watches;
import io.governance.registry.Discovery;
import io.governance.registry.Instance;
import io.governance.registry.InstancesListener;

/**
 * The services of one namespace and group, whoever has registered them, in all clusters.
 */
final class NacosDiscovery implements Discovery {

	private final NacosNaming naming;

	private final ServiceWatches upstream;

	private final Watches<String, List<Instance>> watches;

	NacosDiscovery(NacosNaming naming, ServiceWatches upstream, Watches<String, List<Instance>> watches) {
		this.naming = naming;
		this.upstream = upstream;
		this.watches = watches;
	}

	@Override
	public Set<String> services() {
		return this.naming.services();
	}

	@Override
	public List<Instance> read(String service) {
		Instance.checkService(service);
		return this.naming.query(service);
	}

	@Override
	public Subscription watch(String service, InstancesListener listener) {
		Instance.checkService(service);
		return this.watches.watch(service, "service '" + service + "'", listener::onInstances, listener::onConnection);
	}

	@Override
	public void close() {
		this.watches.close();
		this.upstream.close();
	}

}
