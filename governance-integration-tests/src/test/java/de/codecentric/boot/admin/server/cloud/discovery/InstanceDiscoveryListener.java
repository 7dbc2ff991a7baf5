package de.codecentric.boot.admin.server.cloud.discovery;

import java.util.List;

import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.cloud.client.discovery.event.HeartbeatEvent;
import org.springframework.cloud.client.discovery.event.HeartbeatMonitor;
import org.springframework.context.event.EventListener;

/** Looks for instances when Spring Boot Admin's bean of this name does. */
public class InstanceDiscoveryListener {

	private final DiscoveryClient client;

	private final HeartbeatMonitor monitor = new HeartbeatMonitor();

	private volatile List<String> found = List.of();

	public InstanceDiscoveryListener(DiscoveryClient client) {
		this.client = client;
	}

	@EventListener
	void ready(ApplicationReadyEvent event) {
		discover();
	}

	@EventListener
	void heartbeat(HeartbeatEvent event) {
		if (this.monitor.update(event.getValue())) {
			discover();
		}
	}

	private void discover() {
		this.found = this.client.getServices()
			.stream()
			.flatMap((service) -> this.client.getInstances(service).stream())
			.map(ServiceInstance::getInstanceId)
			.toList();
	}

	/** The ids of the instances that were found last. */
	public List<String> found() {
		return this.found;
	}

}
