package io.governance.grpc;

import java.util.Map;

import io.grpc.LoadBalancer;
import io.grpc.LoadBalancerProvider;
import io.grpc.NameResolver.ConfigOrError;

/**
 * The load-balancing policy {@value #POLICY}: calls go to the instances that Governance
 * picks, by lane, health, zone and weight. For targets of the scheme {@code governance:}.
 * Found by {@link java.util.ServiceLoader}.
 */
public final class GovernanceLoadBalancerProvider extends LoadBalancerProvider {

	/** The name of the policy. */
	public static final String POLICY = "governance";

	@Override
	public boolean isAvailable() {
		return true;
	}

	@Override
	public int getPriority() {
		return 5;
	}

	@Override
	public String getPolicyName() {
		return POLICY;
	}

	@Override
	public LoadBalancer newLoadBalancer(LoadBalancer.Helper helper) {
		return new GovernanceLoadBalancer(helper, System::nanoTime);
	}

	/** There is nothing to configure here: {@code governance.loadbalancer} does it. */
	@Override
	public ConfigOrError parseLoadBalancingPolicyConfig(Map<String, ?> config) {
		return ConfigOrError.fromConfig(POLICY);
	}

}
