package io.governance.registry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import io.governance.Subscription;

/**
 * A discovery with others to fall back on: while the first knows no instance of a service
 * that could be called, the next one that does is used. Only what is known counts, never
 * an error. Thread-safe.
 */
final class FallbackDiscovery implements Discovery {

	private final Discovery primary;

	private final Map<String, Supplier<Discovery>> fallbacks;

	private final Duration patience;

	private final DirectoryTasks tasks;

	/**
	 * Creates a discovery.
	 * @param primary what is used as long as it can be
	 * @param fallbacks what is used otherwise, in this order, each made when it is needed
	 * @param patience how long a fallback may take to answer before the list without it
	 * is told
	 * @param tasks starts and ends the watches of fallbacks
	 */
	FallbackDiscovery(Discovery primary, Map<String, Supplier<Discovery>> fallbacks, Duration patience,
			DirectoryTasks tasks) {
		this.primary = primary;
		this.fallbacks = new LinkedHashMap<>(fallbacks);
		this.patience = patience;
		this.tasks = tasks;
	}

	@Override
	public Set<String> services() {
		return this.primary.services();
	}

	@Override
	public List<Instance> read(String service) {
		return this.primary.read(service);
	}

	@Override
	public Subscription watch(String service, InstancesListener listener) {
		List<FallbackService.Level> levels = new ArrayList<>();
		FallbackService merged = new FallbackService(service, levels, this.patience, this.tasks, listener);
		levels.add(merged.level("", () -> this.primary));
		this.fallbacks.forEach((name, discovery) -> levels.add(merged.level(name, discovery)));
		merged.begin();
		return merged;
	}

	@Override
	public void close() {
	}

}
