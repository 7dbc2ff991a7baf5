package io.governance.registry;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

import io.governance.Subscription;

/**
 * One backend, whose lists are doubted when they shrink. Thread-safe.
 */
final class GuardedDiscovery implements Discovery {

	private final String backend;

	private final Discovery discovery;

	private final ShrinkGuard guard;

	private final DirectoryTasks tasks;

	private final RandomGenerator random;

	/** What was kept on disk of services that could not be watched yet. */
	private final Map<String, List<Instance>> recalled = new ConcurrentHashMap<>();

	private final Set<GuardedService> watched = ConcurrentHashMap.newKeySet();

	GuardedDiscovery(String backend, Discovery discovery, ShrinkGuard guard, DirectoryTasks tasks,
			RandomGenerator random) {
		this.backend = backend;
		this.discovery = discovery;
		this.guard = guard;
		this.tasks = tasks;
		this.random = random;
	}

	@Override
	public Set<String> services() {
		return this.discovery.services();
	}

	@Override
	public List<Instance> read(String service) {
		return this.discovery.read(service);
	}

	@Override
	public Subscription watch(String service, InstancesListener listener) {
		GuardedService guarded = new GuardedService(this.backend, service, this.discovery, this.guard, this.tasks,
				this.random, listener);
		List<Instance> before = this.recalled.remove(service);
		if (before != null) {
			guarded.recall(before);
		}
		this.watched.add(guarded);
		try {
			Subscription watch = this.discovery.watch(service, guarded);
			return () -> {
				this.watched.remove(guarded);
				guarded.end();
				watch.close();
			};
		}
		catch (RuntimeException | Error ex) {
			this.watched.remove(guarded);
			throw ex;
		}
	}

	/**
	 * Tells what there was before this process started.
	 * @param service the service
	 * @param instances its instances that were kept on disk
	 */
	void recall(String service, List<Instance> instances) {
		List<GuardedService> watches = this.watched.stream()
			.filter((watch) -> watch.service().equals(service))
			.toList();
		if (watches.isEmpty()) {
			this.recalled.put(service, instances);
		}
		watches.forEach((watch) -> watch.recall(instances));
	}

	/** How many instances of which services are kept although the backend lacks them. */
	Map<String, Integer> held() {
		Map<String, Integer> held = new TreeMap<>();
		this.watched.forEach((service) -> {
			int count = service.held();
			if (count > 0) {
				held.put(service.service(), count);
			}
		});
		return held;
	}

	@Override
	public void close() {
		this.watched.forEach(GuardedService::end);
	}

}
