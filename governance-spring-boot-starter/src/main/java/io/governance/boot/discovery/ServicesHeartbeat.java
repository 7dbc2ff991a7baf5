package io.governance.boot.discovery;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.cloud.client.discovery.event.HeartbeatEvent;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.EventListener;

import io.governance.BackendUnavailableException;
import io.governance.DaemonThreads;
import io.governance.backend.support.RepeatedTask;
import io.governance.registry.Instance;
import io.governance.registry.InstancesChanged;
import io.governance.registry.ServiceDirectory;
import io.governance.registry.ServiceInstances;

/**
 * Tells by Spring Cloud's {@link HeartbeatEvent} when services and their instances come
 * or go, for whoever goes by all that there are: the backend is asked for the names of
 * services again and again, and what is watched counts while it can be called.
 * Thread-safe.
 */
final class ServicesHeartbeat implements SmartLifecycle {

	private static final Logger logger = LoggerFactory.getLogger(ServicesHeartbeat.class);

	private static final Duration INTERVAL = Duration.ofSeconds(5);

	private final ServiceDirectory directory;

	private final ApplicationEventPublisher publisher;

	private volatile @Nullable ScheduledThreadPoolExecutor thread;

	/** Used by the thread only, as what was told. */
	private Set<String> names = Set.of();

	/** Services, and their instances where they are known. */
	private Map<String, List<Instance>> told = Map.of();

	ServicesHeartbeat(ServiceDirectory directory, ApplicationEventPublisher publisher) {
		this.directory = directory;
		this.publisher = publisher;
	}

	@Override
	public void start() {
		ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(1,
				new DaemonThreads("governance-services"), new ScheduledThreadPoolExecutor.DiscardPolicy());
		thread.scheduleWithFixedDelay(new RepeatedTask("The look for services that come or go", this::look), 0,
				INTERVAL.toNanos(), TimeUnit.NANOSECONDS);
		this.thread = thread;
	}

	@EventListener
	void changed(InstancesChanged change) {
		ScheduledThreadPoolExecutor thread = this.thread;
		if (thread != null) {
			thread.execute(new RepeatedTask("Telling that services came or went", this::tell));
		}
	}

	private void look() {
		try {
			this.names = this.directory.services();
		}
		catch (BackendUnavailableException ex) {
			logger.debug("The names of services are not known", ex);
		}
		tell();
	}

	private void tell() {
		Map<String, List<Instance>> services = new TreeMap<>();
		this.names.forEach((name) -> services.put(name, List.of()));
		// Whoever asked for a list before it was known has to ask again.
		this.directory.watched()
			.stream()
			.filter(ServiceInstances::known)
			.forEach((list) -> services.computeIfPresent(list.service(), (name, unknown) -> callable(list)));
		if (!services.equals(this.told)) {
			this.publisher.publishEvent(new HeartbeatEvent(this, Map.copyOf(services)));
			this.told = services;
		}
	}

	/** {@code null} for a service that is as good as gone. */
	private static @Nullable List<Instance> callable(ServiceInstances list) {
		return list.instances().stream().anyMatch((instance) -> instance.status().takesCalls()) ? list.instances()
				: null;
	}

	@Override
	public void stop() {
		ScheduledThreadPoolExecutor thread = this.thread;
		if (thread != null) {
			thread.shutdownNow();
			this.thread = null;
		}
	}

	@Override
	public boolean isRunning() {
		return this.thread != null;
	}

}
