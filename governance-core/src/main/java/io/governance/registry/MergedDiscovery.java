package io.governance.registry;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import io.governance.BackendUnavailableException;
import io.governance.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several discoveries as one. A service has the instances that any of them tells, each
 * host and port once; the first in their order describes it. One that cannot be reached
 * keeps its last list in the whole, and holds up no other. Thread-safe.
 */
final class MergedDiscovery implements Discovery {

	private static final Logger logger = LoggerFactory.getLogger(ServiceDirectory.class);

	private final Map<String, Discovery> sources;

	private final Duration patience;

	private final Duration recovery;

	private final DirectoryTasks tasks;

	/**
	 * Creates a discovery.
	 * @param sources what it is merged from, by name
	 * @param patience how long the first list waits for a source that does not answer
	 * @param recovery how long after its loss a source may tell who is gone
	 * @param tasks runs what has to wait
	 */
	MergedDiscovery(Map<String, Discovery> sources, Duration patience, Duration recovery, DirectoryTasks tasks) {
		this.sources = new LinkedHashMap<>(sources);
		this.patience = patience;
		this.recovery = recovery;
		this.tasks = tasks;
	}

	@Override
	public Set<String> services() {
		Set<String> all = new TreeSet<>();
		List<BackendUnavailableException> failures = new ArrayList<>();
		this.sources.values().forEach((source) -> {
			try {
				all.addAll(source.services());
			}
			catch (BackendUnavailableException ex) {
				failures.add(ex);
			}
		});
		if (failures.size() == this.sources.size()) {
			throw failures.get(0);
		}
		failures.forEach((failure) -> logger.debug("The services of backend '{}' are left out: it cannot be asked",
				failure.backend(), failure));
		return all;
	}

	@Override
	public Subscription watch(String service, InstancesListener listener) {
		MergedService merged = new MergedService(listener, (task) -> this.tasks.later(this.recovery, task));
		this.sources.forEach((name, source) -> merged.add(name));
		List<Subscription> watches = new ArrayList<>();
		try {
			this.sources.forEach((name, source) -> watches.add(source.watch(service, merged.part(name))));
		}
		catch (RuntimeException ex) {
			merged.end();
			watches.forEach(Subscription::close);
			throw ex;
		}
		this.tasks.later(this.patience, merged::hurry);
		return () -> {
			merged.end();
			watches.forEach(Subscription::close);
		};
	}

	@Override
	public void close() {
	}

}
