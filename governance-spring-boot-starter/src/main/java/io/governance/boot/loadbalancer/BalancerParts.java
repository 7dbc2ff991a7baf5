package io.governance.boot.loadbalancer;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;

import org.springframework.util.StringUtils;

import io.governance.boot.InvalidSettingException;
import io.governance.boot.loadbalancer.BalancerSettings.Checks;
import io.governance.loadbalancer.HealthProbe;
import io.governance.loadbalancer.HttpHealthProbe;
import io.governance.loadbalancer.LoadBalancer;
import io.governance.loadbalancer.TcpHealthProbe;

/**
 * The algorithms and probes that properties may name: those that are built in, and those
 * of the application. Immutable and thread-safe.
 */
final class BalancerParts {

	private static final String NO_PROBE = "none";

	private static final String HTTP = "http";

	private final Map<String, LoadBalancer> algorithms = new TreeMap<>();

	private final Map<String, HealthProbe> probes = new TreeMap<>();

	BalancerParts(List<LoadBalancer> algorithms, List<HealthProbe> probes) {
		LoadBalancer.builtIn().forEach((algorithm) -> this.algorithms.put(algorithm.name(), algorithm));
		algorithms.forEach((algorithm) -> this.algorithms.put(algorithm.name(), algorithm));
		HealthProbe tcp = new TcpHealthProbe();
		this.probes.put(tcp.name(), tcp);
		probes.forEach((probe) -> this.probes.put(probe.name(), probe));
	}

	/**
	 * Settings by properties.
	 * @throws InvalidSettingException if one of them cannot be used
	 */
	BalancerSettings settings(GovernanceLoadBalancerProperties properties) {
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

	LoadBalancer algorithm(String property, String name) {
		LoadBalancer algorithm = this.algorithms.get(name);
		if (algorithm == null) {
			String problem = StringUtils.hasText(name) ? "There is no load-balancing algorithm '" + name + "'"
					: "There is no algorithm given";
			throw new InvalidSettingException(property, problem, "Set " + property + " to one of "
					+ this.algorithms.keySet() + ", or define a LoadBalancer bean of that name", null);
		}
		return algorithm;
	}

	@Nullable HealthProbe probe(String prefix, Checks checks) {
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

}
