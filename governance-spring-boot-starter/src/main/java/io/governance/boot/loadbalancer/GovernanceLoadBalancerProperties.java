package io.governance.boot.loadbalancer;

import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Properties of the choice of an instance.
 *
 * @param enabled Whether Governance chooses the instances of calls by service name.
 * @param algorithm Name of the algorithm, such as 'round-robin' or 'random'.
 * @param services Settings of single services, by name.
 */
@ConfigurationProperties("governance.loadbalancer")
public record GovernanceLoadBalancerProperties(@DefaultValue("true") boolean enabled,
		@DefaultValue("round-robin") String algorithm, @DefaultValue Map<String, Service> services) {

	@Nullable String algorithmOf(String service) {
		Service own = this.services.get(service);
		return (own != null) ? own.algorithm() : this.algorithm;
	}

	/**
	 * One service.
	 *
	 * @param algorithm Name of the algorithm for this service.
	 */
	public record Service(@Nullable String algorithm) {
	}

}
