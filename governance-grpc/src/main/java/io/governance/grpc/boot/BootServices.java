package io.governance.grpc.boot;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import io.governance.Subscription;
import io.governance.boot.discovery.FirstList;
import io.governance.boot.loadbalancer.ServiceBalancers;
import io.governance.grpc.GrpcServices;
import io.governance.grpc.ServicePicks;
import io.governance.loadbalancer.Endpoint;
import io.governance.loadbalancer.ServiceBalancer;
import io.governance.registry.ServiceInstances;

/**
 * The services that this application can call, with the balancers that its other clients
 * use as well. Thread-safe.
 */
final class BootServices implements GrpcServices {

	private final ServiceBalancers balancers;

	private final FirstList firstList;

	BootServices(ServiceBalancers balancers, FirstList firstList) {
		this.balancers = balancers;
		this.firstList = firstList;
	}

	@Override
	public Subscription subscribe(String service, Consumer<ServiceInstances> subscriber) {
		return this.balancers.subscribe(service, subscriber);
	}

	@Override
	public ServicePicks picks(String service) {
		return new Picks(this.balancers, service, this.balancers.balancer(service));
	}

	@Override
	public Duration firstListTimeout() {
		return this.firstList.timeout();
	}

	/** The picks of one service. */
	private record Picks(ServiceBalancers balancers, String service, ServiceBalancer balancer) implements ServicePicks {

		@Override
		public @Nullable Predicate<Endpoint> closed() {
			return this.balancers.closed(this.service);
		}

		@Override
		public String whyNone(String lane) {
			return String.valueOf(this.balancers.noInstance(this.service, lane).getMessage());
		}

		@Override
		public String affinityHeader() {
			return this.balancers.affinityHeader(this.service);
		}

	}

}
