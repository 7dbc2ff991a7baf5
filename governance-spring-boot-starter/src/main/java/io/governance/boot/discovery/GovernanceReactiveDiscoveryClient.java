package io.governance.boot.discovery;

import java.time.Duration;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.ReactiveDiscoveryClient;

import io.governance.registry.ServiceDirectory;
import io.governance.registry.ServiceInstances;

/**
 * Spring Cloud's reactive discovery over the {@link ServiceDirectory}: the instances that
 * take calls. Never blocks the subscribing thread.
 */
public final class GovernanceReactiveDiscoveryClient implements ReactiveDiscoveryClient {

	private final String backend;

	private final ServiceDirectory directory;

	private final Duration timeout;

	GovernanceReactiveDiscoveryClient(String backend, ServiceDirectory directory, Duration timeout) {
		this.backend = backend;
		this.directory = directory;
		this.timeout = timeout;
	}

	@Override
	public String description() {
		return "Governance Reactive Discovery Client (" + this.backend + ")";
	}

	@Override
	public Flux<ServiceInstance> getInstances(String serviceId) {
		return known(serviceId)
			.flatMapIterable((instances) -> GovernanceDiscoveryClient.usable(this.backend, instances));
	}

	private Mono<ServiceInstances> known(String serviceId) {
		return Mono.defer(() -> {
			ServiceInstances now = this.directory.instances(serviceId);
			return now.known() ? Mono.just(now)
					: Mono.fromCompletionStage(() -> this.directory.ready(serviceId))
						.publishOn(Schedulers.parallel())
						.timeout(this.timeout, Mono.fromSupplier(() -> this.directory.instances(serviceId)));
		});
	}

	@Override
	public Flux<String> getServices() {
		return Mono.fromCallable(this.directory::services)
			.subscribeOn(Schedulers.boundedElastic())
			.flatMapIterable((services) -> services.stream().sorted().toList());
	}

}
