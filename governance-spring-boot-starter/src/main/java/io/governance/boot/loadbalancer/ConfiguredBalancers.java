package io.governance.boot.loadbalancer;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

import org.jspecify.annotations.Nullable;

import org.springframework.util.StringUtils;

import io.governance.boot.InvalidSettingException;
import io.governance.boot.loadbalancer.BalancerSettings.Checks;
import io.governance.loadbalancer.ActiveHealthChecks;
import io.governance.loadbalancer.BalancerListener;
import io.governance.loadbalancer.HealthEvent;
import io.governance.loadbalancer.HealthProbe;
import io.governance.loadbalancer.HttpHealthProbe;
import io.governance.loadbalancer.LoadBalancer;
import io.governance.loadbalancer.LoadBalancerSettings;
import io.governance.loadbalancer.PanicEvent;
import io.governance.loadbalancer.ServiceBalancer;
import io.governance.loadbalancer.ServiceBalancerBuilder;
import io.governance.loadbalancer.TcpHealthProbe;

/**
 * Makes balancers by the properties. Refuses properties that cannot be used when it is
 * made, and when they change. Thread-safe.
 */
final class ConfiguredBalancers implements BalancerFactory {

	private static final String NO_PROBE = "none";

	private static final String HTTP = "http";

	private final Map<String, LoadBalancer> algorithms = new TreeMap<>();

	private final Map<String, HealthProbe> probes = new TreeMap<>();

	private final BalancerListener listener;

	private final String zone;

	private final String client;

	private volatile GovernanceLoadBalancerProperties properties;

	private volatile BalancerSettings settings;

	private volatile Runnable follower = () -> {
	};

	ConfiguredBalancers(GovernanceLoadBalancerProperties properties, List<LoadBalancer> algorithms,
			List<HealthProbe> probes, List<BalancerListener> listeners, String zone, String client) {
		LoadBalancer.builtIn().forEach((algorithm) -> this.algorithms.put(algorithm.name(), algorithm));
		algorithms.forEach((algorithm) -> this.algorithms.put(algorithm.name(), algorithm));
		HealthProbe tcp = new TcpHealthProbe();
		this.probes.put(tcp.name(), tcp);
		probes.forEach((probe) -> this.probes.put(probe.name(), probe));
		this.listener = new Listeners(List.copyOf(listeners));
		this.zone = zone;
		this.client = client.isEmpty() ? UUID.randomUUID().toString() : client;
		this.properties = properties;
		this.settings = checked(properties);
	}

	/**
	 * Settings by properties.
	 * @throws InvalidSettingException if one of them cannot be used
	 */
	BalancerSettings checked(GovernanceLoadBalancerProperties properties) {
		BalancerSettings settings = new BalancerSettings(properties);
		algorithm("governance.loadbalancer.algorithm", properties.algorithm());
		probe("governance.loadbalancer.health-check.", settings.checksOf(""));
		properties.services().forEach((service, own) -> {
			String prefix = BalancerSettings.prefix(service);
			if (own.algorithm() != null) {
				algorithm(prefix + "algorithm", own.algorithm());
			}
			probe(prefix + "health-check.", settings.checksOf(service));
		});
		return settings;
	}

	/**
	 * Takes other properties over, as far as they can change: not algorithms and probes,
	 * which balancers have already.
	 * @param properties the properties
	 * @throws InvalidSettingException if one of them cannot be used
	 */
	void properties(GovernanceLoadBalancerProperties properties) {
		this.settings = checked(properties);
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
		LoadBalancer algorithm = algorithm("governance.loadbalancer.algorithm", this.properties.algorithmOf(service));
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
		HealthProbe probe = probe("governance.loadbalancer.health-check.", checks);
		return (probe != null) ? new ActiveHealthChecks(balancer, probe, checks.settings(), executor, System::nanoTime,
				RandomGenerator.of("SplittableRandom")) : null;
	}

	private LoadBalancer algorithm(String property, String name) {
		LoadBalancer algorithm = this.algorithms.get(name);
		if (algorithm == null) {
			String problem = StringUtils.hasText(name) ? "There is no load-balancing algorithm '" + name + "'"
					: "There is no algorithm given";
			throw new InvalidSettingException(property, problem, "Set " + property + " to one of "
					+ this.algorithms.keySet() + ", or define a LoadBalancer bean of that name", null);
		}
		return algorithm;
	}

	private @Nullable HealthProbe probe(String prefix, Checks checks) {
		if (checks.probe().equals(NO_PROBE)) {
			return null;
		}
		HealthProbe probe = this.probes.get(checks.probe());
		if (probe != null) {
			return probe;
		}
		if (!checks.probe().equals(HTTP)) {
			TreeSet<String> names = new TreeSet<>(this.probes.keySet());
			names.addAll(List.of(NO_PROBE, HTTP));
			throw new InvalidSettingException(prefix + "probe", "There is no health probe '" + checks.probe() + "'",
					"Set " + prefix + "probe to one of " + names + ", or define a HealthProbe bean of that name", null);
		}
		try {
			return new HttpHealthProbe(checks.path());
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidSettingException(prefix + "path", "Not a path",
					"Set " + prefix + "path to a path that begins with a slash and holds no space", ex);
		}
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
