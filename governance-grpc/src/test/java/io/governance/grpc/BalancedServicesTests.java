package io.governance.grpc;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import io.governance.loadbalancer.RoundRobinLoadBalancer;
import io.governance.loadbalancer.ServiceBalancer;
import io.governance.registry.ServiceDirectory;

import static org.awaitility.Awaitility.await;

@Timeout(60)
class BalancedServicesTests {

	@Test
	void serviceIsLookedAfterAgainAfterAnError() {
		AtomicInteger looks = new AtomicInteger();
		try (ServiceDirectory directory = new ServiceDirectory(new ListedInstances());
				BalancedServices services = new BalancedServices(directory,
						(service) -> ServiceBalancer.builder(service, new RoundRobinLoadBalancer()).ticker(() -> {
							if (Thread.currentThread().getName().equals("governance-grpc-balancers")) {
								looks.incrementAndGet();
								throw new NoClassDefFoundError("on purpose");
							}
							return System.nanoTime();
						}), Duration.ofSeconds(10))) {
			services.picks("users");
			await().until(() -> looks.get() > 1);
		}
	}

}
