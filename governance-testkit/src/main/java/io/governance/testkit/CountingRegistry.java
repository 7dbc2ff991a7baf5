package io.governance.testkit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import io.governance.registry.Instance;
import io.governance.registry.Registry;

/**
 * Counts the changes that a server has acknowledged: an instance that was put without a
 * failure and is another one than was put before. What a keeper leaves out because there
 * is something newer already, or puts again to repair it, does not count.
 */
final class CountingRegistry implements Registry {

	private final Registry registry;

	private final AtomicInteger acknowledged;

	private final Map<String, Instance> last = new HashMap<>();

	CountingRegistry(Registry registry, AtomicInteger acknowledged) {
		this.registry = registry;
		this.acknowledged = acknowledged;
	}

	@Override
	public void put(String service, List<Instance> own) {
		this.registry.put(service, own);
		synchronized (this.last) {
			for (Instance instance : own) {
				if (!instance.equals(this.last.put(service + "/" + instance.id(), instance))) {
					this.acknowledged.incrementAndGet();
				}
			}
		}
	}

	@Override
	public void remove(String service, String instanceId) {
		this.registry.remove(service, instanceId);
	}

	@Override
	public List<Instance> observe(String service) {
		return this.registry.observe(service);
	}

	@Override
	public void close() {
		this.registry.close();
	}

}
