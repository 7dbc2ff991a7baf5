package io.governance.boot.loadbalancer;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

import io.governance.boot.InvalidSettingException;
import io.governance.boot.loadbalancer.BalancerSettings.Checks;
import io.governance.loadbalancer.ActiveHealthChecks;
import io.governance.loadbalancer.BalancerListener;
import io.governance.loadbalancer.HealthEvent;
import io.governance.loadbalancer.HealthProbe;
import io.governance.loadbalancer.LoadBalancer;
import io.governance.loadbalancer.LoadBalancerSettings;
import io.governance.loadbalancer.PanicEvent;
import io.governance.loadbalancer.ServiceBalancer;
import io.governance.loadbalancer.ServiceBalancerBuilder;

/**
 * Makes balancers by the properties. Refuses properties that cannot be used when it is
 * made, and when they change. Thread-safe.
 */
final class ConfiguredBalancers implements BalancerFactory {

	private final BalancerParts parts;

	private final BalancerListener listener;

	private final String zone;

	private final String client;

	private volatile GovernanceLoadBalancerProperties properties;

	private volatile BalancerSettings settings;

	private volatile Runnable follower = () -> {
	};

	ConfiguredBalancers(GovernanceLoadBalancerProperties properties, BalancerParts parts,
			List<BalancerListener> listeners, String zone, String client) {
		this.parts = parts;
		this.listener = new Listeners(List.copyOf(listeners));
		this.zone = zone;
		this.client = client.isEmpty() ? UUID.randomUUID().toString() : client;
		this.properties = properties;
		this.settings = this.parts.settings(properties);
	}

	/**
	 * Takes other properties over, as far as they can change: not algorithms and probes,
	 * which balancers have already.
	 * @param properties the properties
	 * @throws InvalidSettingException if one of them cannot be used
	 */
	void properties(GovernanceLoadBalancerProperties properties) {
		this.settings = this.parts.settings(properties);
		this.properties = properties;
		this.follower.run();
	}

	/**
	 * Sets who takes settings over when they have changed.
	 * @param follower quick
	 */
	void followedBy(Runnable follower) {
		this.follower = follower;
	}

	@Override
	public ServiceBalancerBuilder balancer(String service) {
		LoadBalancer algorithm = this.parts.algorithm("governance.loadbalancer.algorithm",
				this.properties.algorithmOf(service));
		return ServiceBalancer.builder(service, algorithm)
			.zone(this.zone)
			.client(this.client)
			.settings(settings(service))
			.algorithmSettings(this.settings.algorithmSettingsOf(service))
			.listener(this.listener);
	}

	@Override
	public LoadBalancerSettings settings(String service) {
		return this.settings.settingsOf(service);
	}

	@Override
	public String affinityHeader(String service) {
		return this.properties.affinityHeaderOf(service);
	}

	@Override
	public @Nullable ActiveHealthChecks checks(ServiceBalancer balancer, Executor executor) {
		Checks checks = this.settings.checksOf(balancer.service());
		HealthProbe probe = this.parts.probe("governance.loadbalancer.health-check.", checks);
		return (probe != null) ? new ActiveHealthChecks(balancer, probe, checks.settings(), executor, System::nanoTime,
				RandomGenerator.of("SplittableRandom")) : null;
	}

	/** Tells all listeners, though one of them fails. */
	private record Listeners(List<BalancerListener> listeners) implements BalancerListener {

		@Override
		public void onHealth(HealthEvent event) {
			tell(0, (listener) -> listener.onHealth(event));
		}

		@Override
		public void onPanic(PanicEvent event) {
			tell(0, (listener) -> listener.onPanic(event));
		}

		private void tell(int from, Consumer<BalancerListener> event) {
			if (from < this.listeners.size()) {
				try {
					event.accept(this.listeners.get(from));
				}
				finally {
					tell(from + 1, event);
				}
			}
		}

	}

}
