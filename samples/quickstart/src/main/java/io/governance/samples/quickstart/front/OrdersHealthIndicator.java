package io.governance.samples.quickstart.front;

import java.util.Map;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.cloud.client.ServiceInstance;
import org.springframework.cloud.client.discovery.DiscoveryClient;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;

/**
 * What the instances of {@code orders} say of themselves: the worst of them is what
 * counts.
 */
@Component
class OrdersHealthIndicator extends AbstractHealthIndicator {

	private static final ParameterizedTypeReference<Map<String, Object>> JSON = new ParameterizedTypeReference<>() {
	};

	private final DiscoveryClient discovery;

	private final RestClient client = RestClient.create();

	OrdersHealthIndicator(DiscoveryClient discovery) {
		this.discovery = discovery;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		builder.up();
		for (ServiceInstance instance : this.discovery.getInstances("orders")) {
			Object status = statusOf(instance);
			builder.withDetail(String.valueOf(instance.getInstanceId()), status);
			if (!status.equals(Status.UP.getCode())) {
				builder.status("DEGRADED");
			}
		}
	}

	private Object statusOf(ServiceInstance instance) {
		try {
			Map<String, Object> health = this.client.get()
				.uri(instance.getUri() + "/actuator/health")
				.retrieve()
				.body(JSON);
			return (health != null) ? health.getOrDefault("status", "UNKNOWN") : "UNKNOWN";
		}
		catch (RestClientException ex) {
			return "UNREACHABLE";
		}
	}

}
